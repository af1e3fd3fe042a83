import type { ClusterState } from "../cluster/cluster-state.ts";
import type { Flow } from "../cluster/flow.ts";
import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import type { CaptureStatus, Connection, ResolvedName, ServerName } from "../flow/connection.ts";
import { AskedNames } from "./asked-names.ts";
import { type Edge, edgeKey } from "./edge.ts";
import type { Tombstone } from "./forgetting.ts";
import { observeEdges } from "./edge-observations.ts";
import { makeProfile, type Seen } from "./make-profile.ts";
import { ObservedWindow, type Window } from "./observed-window.ts";
import { OpenConnections } from "./open-connections.ts";
import { type Placement, PlacementCount } from "./placement.ts";
import type { Profile } from "./profile.ts";
import type { Profiles } from "./profiles.ts";
import { Tombstones } from "./tombstones.ts";
import { type CountedAt, type Place, ProfileRecord, type Shelf } from "./profile-record.ts";

const MAX_PROFILES = 20_000;
/** An edge as the store keeps it. */
export interface StoredEdge {
  readonly workload: WorkloadRef;
  readonly shelf: Shelf;
  readonly edge: Edge;
}

/** What the store kept of a book. */
export interface Restored {
  readonly edges: readonly StoredEdge[];
  readonly window: Window;
  readonly tombstones: readonly Tombstone[];
}

/**
 * In: identified flows. Out: profiles, one a workload, at any moment. The only writer of profiles; bounded
 * in profiles, in edges of each, and in what an edge remembers, and each bound that bites is counted.
 */
export class ProfileBook implements Profiles {
  /** What was forgotten does not count, however late it is told. */
  readonly tombstones = new Tombstones();
  readonly #node: string | undefined;
  readonly #records = new Map<string, ProfileRecord>();
  readonly #names = new AskedNames();
  readonly #open = new OpenConnections(endAll);
  readonly #window = new ObservedWindow();
  readonly #placement = new PlacementCount();
  #undirected = 0;
  #overflowed = 0;

  /** With `node` the book takes only that node's own side of each flow. */
  constructor(node?: string) {
    this.#node = node;
  }

  get window(): Window {
    return this.#window.now;
  }

  /** Connections of which not even the direction is known; they are in no profile. */
  get undirected(): number {
    return this.#undirected;
  }

  /** How many connections found their place, and why others did not. */
  get placement(): Placement {
    return this.#placement.now;
  }

  /** Connections left out because there were too many workloads or edges. */
  get overflowed(): number {
    return [...this.#records.values()].reduce((sum, record) => sum + record.overflowed, this.#overflowed);
  }

  get size(): number {
    return this.#records.size;
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

  #close(flow: Flow): readonly CountedAt[] {
    const { connection } = flow;
    const counted = this.#open.take(connection);
    if (counted === undefined) return this.#observe(flow);
    const kept = counted.filter(({ profile, key }) => !this.#isForgotten(profile.workload, key, connection));
    for (const at of kept) at.profile.addBytes(at, connection);
    return kept;
  }

  addName(resolved: ResolvedName): void {
    this.#names.add(resolved);
    this.#window.widen(resolved.timeUs, resolved.timeUs);
  }

  /** A name that a client gave its server, in TLS. */
  addClaimedName(named: ServerName): void {
    this.#names.addClaimed(named);
    this.#window.widen(named.timeUs, named.timeUs);
  }

  addStatus(status: CaptureStatus): void {
    this.#window.addStatus(status);
  }

  /** The profile of a workload that the cluster knows or that was seen; undefined for one that is neither. */
  profile(ref: WorkloadRef, cluster: ClusterState): Profile | undefined {
    const record = this.#records.get(workloadKey(ref));
    const workload = cluster.workload(ref);
    if (record === undefined && workload === undefined) return undefined;
    const edges = record?.edges("edges") ?? [];
    return makeProfile(ref, workload, {
      edges,
      failed: record?.edges("failed") ?? [],
      overflowed: record?.overflowed ?? 0,
      nodes: this.#nodes(edges, workload?.nodes ?? []),
      window: this.#window.now,
      watchedMs: this.#window.watchedMs,
    });
  }

  /** What was seen of a workload itself; undefined for one of which nothing was. */
  seen(ref: WorkloadRef): Seen | undefined {
    const record = this.#records.get(workloadKey(ref));
    if (record === undefined) return undefined;
    return { edges: record.edges("edges"), failed: record.edges("failed"), overflowed: record.overflowed };
  }

  hasSeen(ref: WorkloadRef): boolean {
    return this.#records.has(workloadKey(ref));
  }

  /** How many edges that is, without making a list of them. */
  edgeCount(ref: WorkloadRef): number {
    return this.#records.get(workloadKey(ref))?.edgeCount ?? 0;
  }

  /** All workloads that were seen. */
  workloads(): readonly WorkloadRef[] {
    return [...this.#records.values()].map(({ workload }) => workload);
  }

  /** A workload that was seen, whatever the cluster knows of it now; the kind in any case. */
  find(namespace: string, kind: string, name: string): WorkloadRef | undefined {
    for (const { workload } of this.#records.values()) {
      const isNamed = workload.namespace === namespace && workload.name === name;
      if (isNamed && workload.kind.toLowerCase() === kind.toLowerCase()) return workload;
    }
    return undefined;
  }

  /** All workloads of the cluster and all that were seen, by name. */
  profiles(cluster: ClusterState, namespace?: string): readonly Profile[] {
    const refs = new Map<string, WorkloadRef>();
    for (const workload of cluster.workloads(namespace)) refs.set(workloadKey(workload), workload);
    for (const [key, { workload }] of this.#records) {
      if (namespace === undefined || workload.namespace === namespace) refs.set(key, workload);
    }
    return [...refs].sort(([a], [b]) => compare(a, b)).flatMap(([, ref]) => this.profile(ref, cluster) ?? []);
  }

  /** Where the edges of a workload stand that `isMeant` chooses. */
  placesOf(ref: WorkloadRef, isMeant: (edge: Edge) => boolean): readonly Place[] {
    return this.#records.get(workloadKey(ref))?.placesOf(isMeant) ?? [];
  }

  forget(ref: WorkloadRef, places: readonly Place[]): void {
    this.#records.get(workloadKey(ref))?.forget(places);
  }

  /** Edges that changed since this was last asked: what the store has yet to keep. */
  takeChanged(): readonly StoredEdge[] {
    return [...this.#records.values()].flatMap((record) =>
      record.takeChanged().map((changed) => ({ workload: record.workload, ...changed })),
    );
  }

  /** Every edge, for a store that has none. */
  stored(): readonly StoredEdge[] {
    return [...this.#records.values()].flatMap(({ workload, all }) => all.map((each) => ({ workload, ...each })));
  }

  /** Adds what the store kept to what has been learned since. */
  restore({ edges, window, tombstones }: Restored): void {
    this.tombstones.restore(tombstones);
    for (const { workload, shelf, edge } of edges) this.#record(workload)?.restore(shelf, edge);
    this.#window.restore(window);
  }

  /** Adds an edge that this node had seen, if the book does not have it: what its store has lost. */
  takeBack({ workload, shelf, edge }: StoredEdge): void {
    this.#record(workload)?.takeBack(shelf, edge);
  }

  /** Counts a connection wherever it shows, and returns where. */
  #observe(flow: Flow): readonly CountedAt[] {
    const { connection } = flow;
    this.#placement.add(flow);
    this.#window.addConnection(connection);
    if (connection.direction === "unknown") this.#undirected += 1;
    return observeEdges(flow, this.#names, this.#node).flatMap((observation) => {
      const { workload } = observation;
      const known = this.#records.get(workloadKey(workload));
      const edge = known?.placeOf(connection, observation.edge) ?? observation.edge;
      if (this.#isForgotten(workload, edgeKey(edge), connection)) return [];
      const record = known ?? this.#record(workload);
      if (record === undefined) this.#overflowed += 1;
      return record?.count(flow, { ...observation, edge }) ?? [];
    });
  }

  #isForgotten(workload: WorkloadRef, key: string, { startUs }: Connection): boolean {
    return this.tombstones.isBuried(workload, key, startUs);
  }

  #record(workload: WorkloadRef): ProfileRecord | undefined {
    const key = workloadKey(workload);
    const known = this.#records.get(key);
    if (known !== undefined || this.#records.size >= MAX_PROFILES) return known;
    const record = new ProfileRecord(workload);
    this.#records.set(key, record);
    return record;
  }

  /** An agent has word from its own node even where the workload was silent there. */
  #nodes(edges: readonly Edge[], expected: readonly string[]): ReadonlySet<string> {
    const told = new Set(edges.flatMap((edge) => edge.nodes));
    if (this.#node !== undefined && expected.includes(this.#node)) told.add(this.#node);
    return told;
  }
}

function endAll(counted: readonly CountedAt[]): void {
  for (const at of counted) at.profile.end(at);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
