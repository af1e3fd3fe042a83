import type { LabelSelector } from "../../cluster/workload.ts";

/** A set of pods. `id` counts the selections of one compilation, so that what was found can be kept in an array. */
export interface Selection {
  readonly id: number;
  readonly namespace: { readonly name: string } | { readonly selector: LabelSelector };
  readonly pods: LabelSelector | undefined;
}

/**
 * The sets of pods that a compilation's peers name, each once: many policies name the same peers, and what is found
 * of a set is found for all of them.
 */
export class Selections {
  readonly #byText = new Map<string, Selection>();

  get count(): number {
    return this.#byText.size;
  }

  of(namespace: Selection["namespace"], pods: LabelSelector | undefined): Selection {
    const text = JSON.stringify([namespace, pods]);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const selection = { id: this.#byText.size, namespace, pods };
    this.#byText.set(text, selection);
    return selection;
  }
}
