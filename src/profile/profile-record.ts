import type { Flow } from "../cluster/flow.ts";
import type { Connection } from "../flow/connection.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import { type EdgeIdentity, EdgeRecord } from "./edge-record.ts";
import { type Edge, edgeKey } from "./edge.ts";
import type { EdgeObservation } from "./edge-observations.ts";

/** Edges kept of one workload: what connected, and what came to nothing. */
const MAX_EDGES = 4_096;
const MAX_FAILED = 1_024;

/** Which of an edge's two places: `failed` holds attempts that came to nothing. */
export type Shelf = "edges" | "failed";

/** The edge in which a connection was counted. */
export interface CountedAt {
  readonly profile: ProfileRecord;
  readonly shelf: Shelf;
  readonly key: string;
}

/** One workload's edges while they grow. */
export class ProfileRecord {
  readonly workload: WorkloadRef;
  readonly #edges = new Map<string, EdgeRecord>();
  readonly #failed = new Map<string, EdgeRecord>();
  readonly #changed = new Set<string>();
  #overflowed = 0;

  constructor(workload: WorkloadRef) {
    this.workload = workload;
  }

  /** Connections that found no room. */
  get overflowed(): number {
    return this.#overflowed;
  }

  get edgeCount(): number {
    return this.#edges.size;
  }

  /** One more connection; returns where it was counted, if there was room for it. */
  count({ connection }: Flow, { edge, witness }: EdgeObservation): CountedAt | undefined {
    const shelf = isConnected(connection.outcome) ? "edges" : "failed";
    const record = this.#record(shelf, edge);
    if (record === undefined) {
      this.#overflowed += 1;
      return undefined;
    }
    record.count(connection, witness);
    record.addBytes(connection);
    this.#changed.add(`${shelf} ${record.key}`);
    return { profile: this, shelf, key: record.key };
  }

  /** What a connection counted before has carried; nothing where its edge is forgotten. */
  addBytes({ shelf, key }: CountedAt, connection: Connection): void {
    const record = this.#shelf(shelf).get(key);
    if (record === undefined) return;
    record.addBytes(connection);
    this.#changed.add(`${shelf} ${key}`);
  }

  edges(shelf: Shelf): readonly Edge[] {
    return [...this.#shelf(shelf).values()].map((record) => record.toEdge());
  }

  /** Edges that changed since this was last asked. */
  takeChanged(): readonly { readonly shelf: Shelf; readonly edge: Edge }[] {
    const changed = [...this.#changed].flatMap((shelfAndKey) => {
      const shelf: Shelf = shelfAndKey.startsWith("failed ") ? "failed" : "edges";
      const record = this.#shelf(shelf).get(shelfAndKey.slice(shelf.length + 1));
      return record === undefined ? [] : [{ shelf, edge: record.toEdge() }];
    });
    this.#changed.clear();
    return changed;
  }

  restore(shelf: Shelf, edge: Edge): void {
    const record = EdgeRecord.restore(edge);
    this.#shelf(shelf).set(record.key, record);
  }

  /** Keys of the edges that `isMeant` chooses. */
  keysOf(isMeant: (edge: Edge) => boolean): readonly string[] {
    const records = [...this.#edges.values(), ...this.#failed.values()];
    return [...new Set(records.filter((record) => isMeant(record.toEdge())).map(({ key }) => key))];
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#edges.delete(key);
      this.#failed.delete(key);
    }
  }

  #record(shelf: Shelf, edge: EdgeIdentity): EdgeRecord | undefined {
    const records = this.#shelf(shelf);
    const known = records.get(edgeKey(edge));
    if (known !== undefined) return known;
    if (records.size >= (shelf === "edges" ? MAX_EDGES : MAX_FAILED)) return undefined;
    const record = new EdgeRecord(edge);
    records.set(record.key, record);
    return record;
  }

  #shelf(shelf: Shelf): Map<string, EdgeRecord> {
    return shelf === "edges" ? this.#edges : this.#failed;
  }
}

function isConnected(outcome: Flow["connection"]["outcome"]): boolean {
  return outcome === "established" || outcome === "inferred";
}
