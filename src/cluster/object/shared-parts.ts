import type { EndpointSlice, KubernetesObject, Metadata, Pod } from "../objects.ts";

/** More than a cluster has nodes, namespaces and sets of labels at a time, as a rule. */
const MAX_PARTS = 16_384;

/**
 * Lets objects that say the same thing hold it only once: the pods of a roll-out their labels, owner and ports,
 * those of a node its name and address. When there are too many different parts all are forgotten, and sharing
 * begins anew: most of what is shared is shared by neighbours in a list.
 */
export class SharedParts {
  readonly #texts = new Map<string, string>();
  readonly #parts = new Map<string, object>();

  /** The same object in fewer octets. */
  of(object: KubernetesObject): KubernetesObject {
    switch (object.type) {
      case "Pod":
        return this.#pod(object);
      case "EndpointSlice":
        return this.#slice(object);
      case "Controller":
        return {
          ...object,
          metadata: this.#metadata(object.metadata),
          selector: this.#part(object.selector),
          templateLabels: this.#part(object.templateLabels),
        };
      case "Service":
      case "Namespace":
      case "Node":
      case "NetworkPolicy":
      case "ServiceCIDR":
        return { ...object, metadata: this.#metadata(object.metadata) };
    }
  }

  #pod(pod: Pod): Pod {
    return {
      ...pod,
      metadata: this.#metadata(pod.metadata),
      nodeName: this.#text(pod.nodeName),
      phase: this.#text(pod.phase),
      hostIps: this.#part(pod.hostIps),
      ports: this.#part(pod.ports),
    };
  }

  #slice(slice: EndpointSlice): EndpointSlice {
    return { ...slice, metadata: this.#metadata(slice.metadata), ports: this.#part(slice.ports) };
  }

  #metadata(metadata: Metadata): Metadata {
    return {
      ...metadata,
      namespace: this.#text(metadata.namespace),
      labels: this.#part(metadata.labels),
      owner: this.#part(metadata.owner),
    };
  }

  #text<T extends string | undefined>(text: T): T {
    if (text === undefined) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known as T;
    if (this.#texts.size >= MAX_PARTS) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }

  #part<T extends object | undefined>(part: T): T {
    if (part === undefined) return part;
    const key = JSON.stringify(part);
    const known = this.#parts.get(key);
    if (known !== undefined) return known as T;
    if (this.#parts.size >= MAX_PARTS) this.#parts.clear();
    this.#parts.set(key, part);
    return part;
  }
}
