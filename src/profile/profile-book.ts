import type { ClusterState } from "../cluster/cluster-state.ts";
import type { Flow } from "../cluster/flow.ts";
import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import type { CaptureStatus, ResolvedName, ServerName } from "../flow/connection.ts";
import { ConnectionCount } from "./connection-count.ts";
import type { Edge } from "./edge.ts";
import type { Tombstone } from "./forgetting.ts";
import { makeProfile, type Seen } from "./make-profile.ts";
import { ObservedWindow, type Window } from "./observed-window.ts";
import type { Placement } from "./placement.ts";
import type { Profile } from "./profile.ts";
import type { Profiles } from "./profiles.ts";
import { Tombstones } from "./tombstones.ts";
import type { Place } from "./profile-record.ts";
import { ProfileRecords, type StoredEdge } from "./profile-records.ts";

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
  readonly #records = new ProfileRecords();
  readonly #window = new ObservedWindow();
  readonly #count: ConnectionCount;

  /** With `node` the book takes only that node's own side of each flow. */
  constructor(node?: string) {
    this.#node = node;
    const { tombstones } = this;
    this.#count = new ConnectionCount({ records: this.#records, window: this.#window, tombstones, node });
  }

  get window(): Window {
    return this.#window.now;
  }

  /** Connections of which not even the direction is known; they are in no profile. */
  get undirected(): number {
    return this.#count.undirected;
  }

  /** How many connections found their place, and why others did not. */
  get placement(): Placement {
    return this.#count.placement;
  }

  /** Connections left out because there were too many workloads or edges. */
  get overflowed(): number {
    return this.#count.overflowed + this.#records.overflowed;
  }

  get size(): number {
    return this.#records.size;
  }

  /** A connection that has settled and goes on. */
  addOpened(flow: Flow): void {
    this.#count.addOpened(flow);
  }

  /** One that is over, told before or not. */
  addClosed(flow: Flow): void {
    this.#count.addClosed(flow);
  }

  /** One that may go on, though capture tells no more of it under this id. */
  addLeft(flow: Flow): void {
    this.#count.addLeft(flow);
  }

  addName(resolved: ResolvedName): void {
    this.#count.addName(resolved);
  }

  /** A name that a client gave its server, in TLS. */
  addClaimedName(named: ServerName): void {
    this.#count.addClaimedName(named);
  }

  addStatus(status: CaptureStatus): void {
    this.#window.addStatus(status);
  }

  /** The profile of a workload that the cluster knows or that was seen; undefined for one that is neither. */
  profile(ref: WorkloadRef, cluster: ClusterState): Profile | undefined {
    const record = this.#records.get(ref);
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
    const record = this.#records.get(ref);
    if (record === undefined) return undefined;
    return { edges: record.edges("edges"), failed: record.edges("failed"), overflowed: record.overflowed };
  }

  hasSeen(ref: WorkloadRef): boolean {
    return this.#records.get(ref) !== undefined;
  }

  /** How many edges that is, without making a list of them. */
  edgeCount(ref: WorkloadRef): number {
    return this.#records.get(ref)?.edgeCount ?? 0;
  }

  /** All workloads that were seen. */
  workloads(): readonly WorkloadRef[] {
    return this.#records.workloads();
  }

  /** A workload that was seen, whatever the cluster knows of it now; the kind in any case. */
  find(namespace: string, kind: string, name: string): WorkloadRef | undefined {
    return this.#records.find(namespace, kind, name);
  }

  /** All workloads of the cluster and all that were seen, by name. */
  profiles(cluster: ClusterState, namespace?: string): readonly Profile[] {
    const refs = new Map<string, WorkloadRef>();
    for (const workload of cluster.workloads(namespace)) refs.set(workloadKey(workload), workload);
    for (const workload of this.#records.workloads())
      if (namespace === undefined || workload.namespace === namespace) refs.set(workloadKey(workload), workload);
    return [...refs].sort(([a], [b]) => compare(a, b)).flatMap(([, ref]) => this.profile(ref, cluster) ?? []);
  }

  /** Where the edges of a workload stand that `isMeant` chooses. */
  placesOf(ref: WorkloadRef, isMeant: (edge: Edge) => boolean): readonly Place[] {
    return this.#records.get(ref)?.placesOf(isMeant) ?? [];
  }

  forget(ref: WorkloadRef, places: readonly Place[]): void {
    this.#records.get(ref)?.forget(places);
  }

  /** Edges that changed since this was last asked: what the store has yet to keep. */
  takeChanged(): readonly StoredEdge[] {
    return this.#records.takeChanged();
  }

  /** Every edge, for a store that has none. */
  stored(): readonly StoredEdge[] {
    return this.#records.stored();
  }

  /** Adds what the store kept to what has been learned since. */
  restore({ edges, window, tombstones }: Restored): void {
    this.tombstones.restore(tombstones);
    this.#records.restore(edges);
    this.#window.restore(window);
  }

  /** Adds an edge that this node had seen, if the book does not have it: what its store has lost. */
  takeBack(lost: StoredEdge): void {
    this.#records.takeBack(lost);
  }

  /** An agent has word from its own node even where the workload was silent there. */
  #nodes(edges: readonly Edge[], expected: readonly string[]): ReadonlySet<string> {
    const told = new Set(edges.flatMap((edge) => edge.nodes));
    if (this.#node !== undefined && expected.includes(this.#node)) told.add(this.#node);
    return told;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
