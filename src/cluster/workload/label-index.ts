import { Lists } from "../lists.ts";
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
  readonly #byNamespace = new Lists<Bearers<T>>();
  readonly #byLabel = new Lists<Bearers<T>>();

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
    return this.#candidates(namespace, selector)
      .filter(({ labels }) => matchesSelector(selector, labels))
      .flatMap(({ values }) => values);
  }

  #candidates(namespace: string, { matchLabels = {} }: LabelSelector): readonly Bearers<T>[] {
    return Object.entries(matchLabels)
      .map(([key, value]) => this.#byLabel.get(labelKey(namespace, key, value)))
      .reduce((least, list) => (list.length < least.length ? list : least), this.#byNamespace.get(namespace));
  }

  #addBearers(bearers: Bearers<T>): void {
    const { namespace, labels } = bearers;
    this.#byLabels.set(labels, [...(this.#byLabels.get(labels) ?? []), bearers]);
    this.#byNamespace.put(namespace, bearers);
    for (const [key, value] of Object.entries(labels)) this.#byLabel.put(labelKey(namespace, key, value), bearers);
  }

  #removeBearers(bearers: Bearers<T>): void {
    const { namespace, labels } = bearers;
    const others = (this.#byLabels.get(labels) ?? []).filter((other) => other !== bearers);
    if (others.length > 0) this.#byLabels.set(labels, others);
    else this.#byLabels.delete(labels);
    const isIt = (other: Bearers<T>): boolean => other === bearers;
    this.#byNamespace.take(namespace, isIt);
    for (const [key, value] of Object.entries(labels)) this.#byLabel.take(labelKey(namespace, key, value), isIt);
  }
}

/** No namespace, label key or value holds a line break. */
function labelKey(namespace: string, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`;
}
