import { matchesSelector } from "./match-selector.ts";
import type { LabelSelector } from "../workload.ts";

type Labels = Readonly<Record<string, string>>;

/** Those of a namespace that bear one and the same map of labels: the pods of a roll-out share theirs. */
interface Bearers<T> {
  readonly namespace: string;
  readonly labels: Labels;
  readonly values: T[];
}

/** Finds what a selector takes in by its rarest label, so that a namespace of thousands need not be read through. */
export class LabelIndex<T> {
  readonly #byLabels = new Map<Labels, Bearers<T>[]>();
  readonly #byNamespace = new Map<string, Set<Bearers<T>>>();
  readonly #byLabel = new Map<string, Set<Bearers<T>>>();

  /** `labels` is known by its identity: it is to be taken out as the same object. */
  add(namespace: string, labels: Labels, value: T): void {
    const known = this.#byLabels.get(labels)?.find((bearers) => bearers.namespace === namespace);
    if (known !== undefined) known.values.push(value);
    else this.#addBearers({ namespace, labels, values: [value] });
  }

  remove(namespace: string, labels: Labels, value: T): void {
    const bearers = this.#byLabels.get(labels)?.find((known) => known.namespace === namespace);
    const place = bearers?.values.indexOf(value) ?? -1;
    if (bearers === undefined || place === -1) return;
    bearers.values.splice(place, 1);
    if (bearers.values.length === 0) this.#removeBearers(bearers);
  }

  matching(namespace: string, selector: LabelSelector): readonly T[] {
    return [...this.#candidates(namespace, selector)]
      .filter(({ labels }) => matchesSelector(selector, labels))
      .flatMap(({ values }) => values);
  }

  #candidates(namespace: string, { matchLabels = {} }: LabelSelector): ReadonlySet<Bearers<T>> {
    const everything: ReadonlySet<Bearers<T>> = this.#byNamespace.get(namespace) ?? new Set();
    return Object.entries(matchLabels)
      .map(([key, value]) => this.#byLabel.get(labelKey(namespace, key, value)) ?? new Set<Bearers<T>>())
      .reduce<ReadonlySet<Bearers<T>>>((least, set) => (set.size < least.size ? set : least), everything);
  }

  #addBearers(bearers: Bearers<T>): void {
    const { namespace, labels } = bearers;
    this.#byLabels.set(labels, [...(this.#byLabels.get(labels) ?? []), bearers]);
    put(this.#byNamespace, namespace, bearers);
    for (const [key, value] of Object.entries(labels)) put(this.#byLabel, labelKey(namespace, key, value), bearers);
  }

  #removeBearers(bearers: Bearers<T>): void {
    const { namespace, labels } = bearers;
    const others = (this.#byLabels.get(labels) ?? []).filter((other) => other !== bearers);
    if (others.length > 0) this.#byLabels.set(labels, others);
    else this.#byLabels.delete(labels);
    take(this.#byNamespace, namespace, bearers);
    for (const [key, value] of Object.entries(labels)) take(this.#byLabel, labelKey(namespace, key, value), bearers);
  }
}

/** No namespace, label key or value holds a line break. */
function labelKey(namespace: string, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`;
}

function put<V>(sets: Map<string, Set<V>>, key: string, value: V): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function take<V>(sets: Map<string, Set<V>>, key: string, value: V): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
