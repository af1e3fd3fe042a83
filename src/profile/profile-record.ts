import type { Flow } from "../cluster/flow.ts";
import type { Connection } from "../flow/connection.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import { type EdgeIdentity, EdgeRecord } from "./edge-record.ts";
import { type Edge, edgeKey } from "./edge.ts";
import type { EdgeObservation } from "./edge-observations.ts";
import { isOfTheRest, isOutsideFailure, MAX_PORTS, MAX_SOURCES, ofTheRest } from "./outside-failures.ts";

/** Edges kept of one workload: what connected, and what came to nothing. */
const MAX_EDGES = 4_096;
const MAX_FAILED = 1_024;

/** Which of an edge's two places: `failed` holds attempts that came to nothing. */
export type Shelf = "edges" | "failed";

/** Where an edge stands: one that came to nothing and one that did not may have the same key. */
export interface Place {
  readonly shelf: Shelf;
  readonly key: string;
}

/** The edge in which a connection was counted: forgotten since, it is not the one that has begun anew under its key. */
export interface CountedAt {
  readonly profile: ProfileRecord;
  readonly shelf: Shelf;
  readonly edge: EdgeRecord;
}

/** One workload's edges while they grow. */
export class ProfileRecord {
  readonly workload: WorkloadRef;
  readonly #edges = new Map<string, EdgeRecord>();
  readonly #failed = new Map<string, EdgeRecord>();
  readonly #changed = new Set<string>();
  /** Of `failed`, edges of sources outside: told one by one, and of all others together. */
  #failedSources = 0;
  #failedRests = 0;
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

  /** The edge under which such a connection is counted: its own, or that of all that are not told one by one. */
  placeOf({ outcome }: Connection, edge: EdgeIdentity): EdgeIdentity {
    if (isConnected(outcome) || !isOutsideFailure(edge) || this.#failed.has(edgeKey(edge))) return edge;
    if (this.#failedSources < MAX_SOURCES) return edge;
    const ofPort = ofTheRest(edge, edge.port);
    return this.#failedRests < MAX_PORTS || this.#failed.has(edgeKey(ofPort)) ? ofPort : ofTheRest(edge, 0);
  }

  /** One more connection of the edge, see `placeOf`; returns where it was counted, if there was room for it. */
  count({ connection }: Flow, { edge, witness }: EdgeObservation): CountedAt | undefined {
    const shelf = isConnected(connection.outcome) ? "edges" : "failed";
    const record = this.#record(shelf, edge);
    if (record === undefined) {
      this.#overflowed += 1;
      return undefined;
    }
    // After a restart what was open is told anew, as a connection whose beginning was not seen.
    if (connection.outcome !== "inferred" || !record.resume()) record.count(connection, witness);
    record.addBytes(connection);
    this.#changed.add(`${shelf} ${record.key}`);
    return { profile: this, shelf, edge: record };
  }

  /** What a connection counted before has carried. */
  addBytes(at: CountedAt, connection: Connection): void {
    if (!this.#stands(at)) return;
    at.edge.addBytes(connection);
    this.#changed.add(`${at.shelf} ${at.edge.key}`);
  }

  /** A connection that was counted is over. */
  end(at: CountedAt): void {
    if (!this.#stands(at)) return;
    at.edge.end();
    this.#changed.add(`${at.shelf} ${at.edge.key}`);
  }

  /** A connection that was counted may go on, and is not remembered. */
  leave(at: CountedAt): void {
    if (this.#stands(at)) at.edge.leave();
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

  get all(): readonly { readonly shelf: Shelf; readonly edge: Edge }[] {
    return (["edges", "failed"] as const).flatMap((shelf) => this.edges(shelf).map((edge) => ({ shelf, edge })));
  }

  /** Adds what the store kept of an edge. */
  restore(shelf: Shelf, edge: Edge): void {
    const known = this.#shelf(shelf).get(edgeKey(edge));
    if (known === undefined) this.#put(shelf, EdgeRecord.restore(edge));
    else known.add(edge);
  }

  /** Adds an edge that the store has lost. */
  takeBack(shelf: Shelf, edge: Edge): void {
    if (this.#shelf(shelf).has(edgeKey(edge)) || this.#isFull(shelf)) return;
    const { key } = this.#put(shelf, EdgeRecord.restore(edge));
    this.#changed.add(`${shelf} ${key}`);
  }

  /** Where the edges stand that `isMeant` chooses. */
  placesOf(isMeant: (edge: Edge) => boolean): readonly Place[] {
    return this.all.filter(({ edge }) => isMeant(edge)).map(({ shelf, edge }) => ({ shelf, key: edgeKey(edge) }));
  }

  forget(places: readonly Place[]): void {
    for (const { shelf, key } of places) {
      const record = this.#shelf(shelf).get(key);
      if (record !== undefined && shelf === "failed") this.#countFailure(record, -1);
      this.#shelf(shelf).delete(key);
    }
  }

  #record(shelf: Shelf, edge: EdgeIdentity): EdgeRecord | undefined {
    const known = this.#shelf(shelf).get(edgeKey(edge));
    if (known !== undefined) return known;
    return this.#isFull(shelf) ? undefined : this.#put(shelf, new EdgeRecord(edge));
  }

  /** Whether it has not been forgotten since. */
  #stands({ shelf, edge }: CountedAt): boolean {
    return this.#shelf(shelf).get(edge.key) === edge;
  }

  #isFull(shelf: Shelf): boolean {
    return this.#shelf(shelf).size >= (shelf === "edges" ? MAX_EDGES : MAX_FAILED);
  }

  #put(shelf: Shelf, record: EdgeRecord): EdgeRecord {
    this.#shelf(shelf).set(record.key, record);
    if (shelf === "failed") this.#countFailure(record, 1);
    return record;
  }

  #countFailure({ identity }: EdgeRecord, by: 1 | -1): void {
    if (!isOutsideFailure(identity)) return;
    if (isOfTheRest(identity)) this.#failedRests += by;
    else this.#failedSources += by;
  }

  #shelf(shelf: Shelf): Map<string, EdgeRecord> {
    return shelf === "edges" ? this.#edges : this.#failed;
  }
}

function isConnected(outcome: Flow["connection"]["outcome"]): boolean {
  return outcome === "established" || outcome === "inferred";
}
