import type { Flow } from "../cluster/flow.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import type { Connection, ResolvedName, ServerName } from "../flow/connection.ts";
import { AskedNames } from "./asked-names.ts";
import { observeEdges } from "./edge-observations.ts";
import { edgeKey } from "./edge.ts";
import type { ObservedWindow } from "./observed-window.ts";
import { OpenConnections } from "./open-connections.ts";
import { type Placement, PlacementCount } from "./placement.ts";
import type { CountedAt } from "./profile-record.ts";
import type { ProfileRecords } from "./profile-records.ts";
import type { Tombstones } from "./tombstones.ts";

export interface ConnectionCountParts {
  readonly records: ProfileRecords;
  /** What was forgotten does not count, however late it is told. */
  readonly tombstones: Tombstones;
  readonly window: ObservedWindow;
  /** Whose own side of each flow is taken; undefined for both sides. */
  readonly node: string | undefined;
}

/** In: identified flows. Out: edges of the records, in which each connection counts once, told as open and again as closed. */
export class ConnectionCount {
  readonly #parts: ConnectionCountParts;
  readonly #names = new AskedNames();
  readonly #open = new OpenConnections(endAll);
  readonly #placement = new PlacementCount();
  #undirected = 0;
  #overflowed = 0;

  constructor(parts: ConnectionCountParts) {
    this.#parts = parts;
  }

  /** Connections of which not even the direction is known; they are in no profile. */
  get undirected(): number {
    return this.#undirected;
  }

  /** How many connections found their place, and why others did not. */
  get placement(): Placement {
    return this.#placement.now;
  }

  /** Connections left out because there were too many workloads. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** A connection that has settled and goes on. */
  addOpened(flow: Flow): void {
    const { connection } = flow;
    if (connection.direction === "unknown") return; // it may be known when it closes
    // After a restart of capture what is open is told anew, inferred, and is not counted again.
    const counted = connection.outcome === "inferred" ? this.#open.take(connection) : undefined;
    this.#open.add(connection, counted ?? this.#observe(flow));
  }

  /** Counted when it opened, it adds what it carried to the edges in which it was counted, whoever its ends are now. */
  addClosed(flow: Flow): void {
    endAll(this.#close(flow));
  }

  /** The same of one that may go on, though capture tells no more of it under this id. */
  addLeft(flow: Flow): void {
    for (const at of this.#close(flow)) at.profile.leave(at);
  }

  addName(resolved: ResolvedName): void {
    this.#names.add(resolved);
    this.#parts.window.widen(resolved.timeUs, resolved.timeUs);
  }

  /** A name that a client gave its server, in TLS. */
  addClaimedName(named: ServerName): void {
    this.#names.addClaimed(named);
    this.#parts.window.widen(named.timeUs, named.timeUs);
  }

  #close(flow: Flow): readonly CountedAt[] {
    const { connection } = flow;
    const counted = this.#open.take(connection);
    if (counted === undefined) return this.#observe(flow);
    for (const at of counted) at.profile.addBytes(at, connection);
    return counted;
  }

  /** Counts a connection wherever it shows, and returns where. */
  #observe(flow: Flow): readonly CountedAt[] {
    const { connection } = flow;
    const { records, window, node } = this.#parts;
    this.#placement.add(flow);
    window.addConnection(connection);
    if (connection.direction === "unknown") this.#undirected += 1;
    return observeEdges(flow, this.#names, node).flatMap((observation) => {
      const { workload } = observation;
      const known = records.get(workload);
      const edge = known?.placeOf(connection, observation.edge) ?? observation.edge;
      if (this.#isForgotten(connection, workload, edgeKey(edge))) return [];
      const record = known ?? records.add(workload);
      if (record === undefined) this.#overflowed += 1;
      return record?.count(flow, { ...observation, edge }) ?? [];
    });
  }

  #isForgotten({ startUs }: Connection, workload: WorkloadRef, key: string): boolean {
    return this.#parts.tombstones.isBuried(workload, key, startUs);
  }
}

function endAll(counted: readonly CountedAt[]): void {
  for (const at of counted) at.profile.end(at);
}
