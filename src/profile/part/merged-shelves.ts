import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import type { Tombstone } from "../forgetting.ts";
import { mergeShelves, type Shelves } from "./merge-parts.ts";
import type { Part } from "./part.ts";

interface Merged {
  readonly parts: readonly Part[];
  readonly forgotten: string;
  readonly shelves: Shelves;
}

/**
 * What parts of one workload say together, until one of them or what was forgotten is another: answers are asked for more
 * often than other nodes have news. One entry at most for each workload, and none that outlives a part it was made of, so
 * that this is bounded as the parts are.
 */
export class MergedShelves {
  readonly #byWorkload = new Map<string, Merged>();

  get size(): number {
    return this.#byWorkload.size;
  }

  /** The parts must stay as they are. */
  of(workload: WorkloadRef, parts: readonly Part[], tombstones: readonly Tombstone[]): Shelves {
    const key = workloadKey(workload);
    const forgotten = JSON.stringify(tombstones);
    const known = this.#byWorkload.get(key);
    if (known !== undefined && known.forgotten === forgotten && areSame(known.parts, parts)) return known.shelves;
    const shelves = mergeShelves(parts, tombstones);
    if (parts.length > 1) this.#byWorkload.set(key, { parts, forgotten, shelves });
    else this.#byWorkload.delete(key);
    return shelves;
  }

  /** One of its parts is there no more. */
  drop(workload: WorkloadRef): void {
    this.#byWorkload.delete(workloadKey(workload));
  }

  clear(): void {
    this.#byWorkload.clear();
  }
}

function areSame(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every((part, at) => part === b[at]);
}
