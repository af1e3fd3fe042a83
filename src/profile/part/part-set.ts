import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import { type Part, partKey } from "./part.ts";

/**
 * Parts of many nodes, of each workload, node and store the newest. Sets come together by union, of two versions of a
 * part the newer stays: in whatever order, how often, and in what groups they come, the set is the same.
 */
export class PartSet {
  readonly #byWorkload = new Map<string, Map<string, Part>>();

  static of(parts: Iterable<Part>): PartSet {
    const set = new PartSet();
    for (const part of parts) set.add(part);
    return set;
  }

  add(part: Part): void {
    const workload = workloadKey(part.workload);
    const parts = this.#byWorkload.get(workload) ?? new Map<string, Part>();
    const key = partKey(part);
    const known = parts.get(key);
    if (known === undefined || isNewer(part, known)) parts.set(key, part);
    this.#byWorkload.set(workload, parts);
  }

  delete(part: Part): void {
    const workload = workloadKey(part.workload);
    const parts = this.#byWorkload.get(workload);
    parts?.delete(partKey(part));
    if (parts?.size === 0) this.#byWorkload.delete(workload);
  }

  clear(): void {
    this.#byWorkload.clear();
  }

  /** In an order that does not depend on how they came. */
  of(workload: WorkloadRef): readonly Part[] {
    const parts = this.#byWorkload.get(workloadKey(workload)) ?? new Map<string, Part>();
    return [...parts].sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, part]) => part);
  }

  /** Each workload of which there is a part. */
  workloads(): readonly WorkloadRef[] {
    return [...this.#byWorkload.values()].flatMap((parts) =>
      [...parts.values()].slice(0, 1).map((part) => part.workload),
    );
  }

  union(other: PartSet): PartSet {
    const all = new PartSet();
    for (const set of [this, other])
      for (const workload of set.workloads()) for (const part of set.of(workload)) all.add(part);
    return all;
  }
}

/** A store's clock may have been set back; then what says most is as good as any, as long as all choose the same. */
function isNewer(part: Part, known: Part): boolean {
  if (part.writtenMs !== known.writtenMs) return part.writtenMs > known.writtenMs;
  return JSON.stringify(part) > JSON.stringify(known);
}
