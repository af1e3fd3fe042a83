import type { EndpointSlice, KubernetesObject, Metadata, Pod, Service } from "../objects.ts";

/** More than a cluster has nodes and namespaces, as a rule. */
const MAX_NODES = 16_384;
/** Of labels, owners and ports: neighbours in a list are alike, and so are pods that come at one time. Keys are long. */
const MAX_ALIKE = 2_048;

/**
 * Lets objects that say the same thing hold it only once: the pods of a roll-out their labels, owner and ports,
 * those of a node its name and address.
 */
export class SharedParts {
  readonly #texts = new Pool<string>(MAX_NODES);
  readonly #hostIps = new Pool<readonly string[]>(MAX_NODES);
  readonly #parts = new Pool<object>(MAX_ALIKE);

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
        return this.#service(object);
      case "Namespace":
      case "Node":
      case "NetworkPolicy":
      case "ServiceCIDR":
      case "AddressSource":
        return { ...object, metadata: this.#metadata(object.metadata) };
    }
  }

  #pod(pod: Pod): Pod {
    return {
      ...pod,
      metadata: this.#metadata(pod.metadata),
      nodeName: this.#text(pod.nodeName),
      phase: this.#text(pod.phase),
      hostIps: this.#hostIps.of(pod.hostIps.join(" "), pod.hostIps),
      ports: this.#part(pod.ports),
    };
  }

  #service(service: Service): Service {
    return {
      ...service,
      metadata: this.#metadata(service.metadata),
      serviceType: this.#text(service.serviceType),
      selector: this.#part(service.selector),
      externalIps: this.#part(service.externalIps),
      loadBalancerIps: this.#part(service.loadBalancerIps),
      loadBalancerSourceRanges: this.#part(service.loadBalancerSourceRanges),
      ports: this.#part(service.ports),
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
    return text === undefined ? text : (this.#texts.of(text, text) as T);
  }

  #part<T extends object | undefined>(part: T): T {
    return part === undefined ? part : (this.#parts.of(JSON.stringify(part), part) as T);
  }
}

/** When there are too many different values all are forgotten, and sharing begins anew. */
class Pool<V> {
  readonly #values = new Map<string, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The first value that was told of with this key. */
  of(key: string, value: V): V {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    if (this.#values.size >= this.#most) this.#values.clear();
    this.#values.set(key, value);
    return value;
  }
}
