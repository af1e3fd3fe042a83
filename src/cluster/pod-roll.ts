import { isFinished, podKey } from "./address/pod-life.ts";
import type { Identified } from "./cluster-change.ts";
import type { Pod } from "./objects.ts";

/**
 * The pods that are there now, by namespace and name. Two in turn may bear one name, and both be told of for a
 * while. Names are kept in a map for each namespace, so that no key has to be made up and held for each pod.
 */
export class PodRoll {
  readonly #byNamespace = new Map<string, Map<string, Pod | readonly Pod[]>>();
  #living: readonly Pod[] | undefined;
  #livingCount = 0;

  /** How many have not finished. */
  get livingCount(): number {
    return this.#livingCount;
  }

  /** Those that have not finished; the same list until something changes. */
  get living(): readonly Pod[] {
    this.#living ??= this.all()
      .filter((pod) => !isFinished(pod))
      .toArray();
    return this.#living;
  }

  /** Finished ones too. */
  *all(): IteratorObject<Pod, undefined> {
    for (const pods of this.#byNamespace.values()) for (const one of pods.values()) yield* listOf(one);
  }

  named(namespace: string, name: string): readonly Pod[] {
    return listOf(this.#byNamespace.get(namespace)?.get(name));
  }

  /** The same pod as it was told before. */
  former(pod: Pod): Pod | undefined {
    const key = podKey(pod);
    return this.named(pod.metadata.namespace, pod.metadata.name).find((other) => podKey(other) === key);
  }

  /** The one that is meant, where only its uid tells. */
  meant({ metadata: { namespace, name, uid } }: Identified): Pod | undefined {
    return this.named(namespace, name).find((pod) => pod.metadata.uid === uid);
  }

  put(pod: Pod, former: Pod | undefined): void {
    const { namespace, name } = pod.metadata;
    let pods = this.#byNamespace.get(namespace);
    if (pods === undefined) this.#byNamespace.set(namespace, (pods = new Map()));
    const others = this.#others(pod, former);
    pods.set(name, others.length > 0 ? [...others, pod] : pod);
    this.#count(former, pod);
  }

  take(pod: Pod): void {
    const { namespace, name } = pod.metadata;
    const pods = this.#byNamespace.get(namespace);
    const others = this.#others(pod, pod);
    if (others.length > 0) pods?.set(name, others);
    else pods?.delete(name);
    if (pods?.size === 0) this.#byNamespace.delete(namespace);
    this.#count(pod, undefined);
  }

  #others({ metadata }: Pod, former: Pod | undefined): readonly Pod[] {
    return this.named(metadata.namespace, metadata.name).filter((pod) => pod !== former);
  }

  #count(former: Pod | undefined, now: Pod | undefined): void {
    this.#living = undefined;
    if (former !== undefined && !isFinished(former)) this.#livingCount -= 1;
    if (now !== undefined && !isFinished(now)) this.#livingCount += 1;
  }
}

/** Nearly always there is one of a name, which needs no list. */
function listOf(pods: Pod | readonly Pod[] | undefined): readonly Pod[] {
  if (pods === undefined) return [];
  return "metadata" in pods ? [pods] : pods;
}
