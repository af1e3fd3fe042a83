import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import type { Edge } from "./edge.ts";
import { ProfileRecord, type Shelf } from "./profile-record.ts";

const MAX_PROFILES = 20_000;

/** An edge as the store keeps it. */
export interface StoredEdge {
  readonly workload: WorkloadRef;
  readonly shelf: Shelf;
  readonly edge: Edge;
}

/** One record for each workload that was seen, bounded: what goes to the store, and what comes back from there. */
export class ProfileRecords {
  readonly #byWorkload = new Map<string, ProfileRecord>();

  get size(): number {
    return this.#byWorkload.size;
  }

  /** Connections for which the records had no room. */
  get overflowed(): number {
    return this.#byWorkload.values().reduce((sum, record) => sum + record.overflowed, 0);
  }

  get(workload: WorkloadRef): ProfileRecord | undefined {
    return this.#byWorkload.get(workloadKey(workload));
  }

  /** A new one where there was none; undefined where there are too many. */
  add(workload: WorkloadRef): ProfileRecord | undefined {
    const key = workloadKey(workload);
    const known = this.#byWorkload.get(key);
    if (known !== undefined || this.#byWorkload.size >= MAX_PROFILES) return known;
    const record = new ProfileRecord(workload);
    this.#byWorkload.set(key, record);
    return record;
  }

  workloads(): readonly WorkloadRef[] {
    return [...this.#byWorkload.values()].map(({ workload }) => workload);
  }

  /** By the parts of a path, the kind in any case. */
  find(namespace: string, kind: string, name: string): WorkloadRef | undefined {
    for (const { workload } of this.#byWorkload.values()) {
      const isNamed = workload.namespace === namespace && workload.name === name;
      if (isNamed && workload.kind.toLowerCase() === kind.toLowerCase()) return workload;
    }
    return undefined;
  }

  /** Edges that changed since this was last asked: what the store has yet to keep. */
  takeChanged(): readonly StoredEdge[] {
    return [...this.#byWorkload.values()].flatMap((record) =>
      record.takeChanged().map((changed) => ({ workload: record.workload, ...changed })),
    );
  }

  /** Every edge, for a store that has none. */
  stored(): readonly StoredEdge[] {
    return [...this.#byWorkload.values()].flatMap(({ workload, all }) => all.map((each) => ({ workload, ...each })));
  }

  /** Adds what the store kept to what has been learned since. */
  restore(edges: readonly StoredEdge[]): void {
    for (const { workload, shelf, edge } of edges) this.add(workload)?.restore(shelf, edge);
  }

  /** Adds an edge that this node had seen, if it is not there: what the store has lost. */
  takeBack({ workload, shelf, edge }: StoredEdge): void {
    this.add(workload)?.takeBack(shelf, edge);
  }
}
