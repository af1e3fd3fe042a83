import { matchesSelector } from "./match-selector.ts";
import type { LabelSelector } from "../workload.ts";

export interface Labelled<T> {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: T;
}

/** Finds what a selector takes in by its rarest label, so that a namespace of thousands need not be read through. */
export class LabelIndex<T> {
  readonly #byNamespace = new Map<string, Labelled<T>[]>();
  readonly #byLabel = new Map<string, Labelled<T>[]>();

  constructor(entries: Iterable<Labelled<T>>) {
    for (const entry of entries) {
      put(this.#byNamespace, entry.namespace, entry);
      for (const [key, value] of Object.entries(entry.labels)) put(this.#byLabel, labelKey(entry, key, value), entry);
    }
  }

  matching(namespace: string, selector: LabelSelector): readonly T[] {
    return this.#candidates(namespace, selector)
      .filter(({ labels }) => matchesSelector(selector, labels))
      .map(({ value }) => value);
  }

  #candidates(namespace: string, { matchLabels = {} }: LabelSelector): readonly Labelled<T>[] {
    const everything = this.#byNamespace.get(namespace) ?? [];
    return Object.entries(matchLabels)
      .map(([key, value]) => this.#byLabel.get(labelKey({ namespace }, key, value)) ?? [])
      .reduce((least, list) => (list.length < least.length ? list : least), everything);
  }
}

/** No namespace, label key or value holds a line break. */
function labelKey({ namespace }: { readonly namespace: string }, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`;
}

function put<V>(lists: Map<string, V[]>, key: string, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
