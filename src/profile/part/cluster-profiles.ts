import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import { edgeKey } from "../edge.ts";
import { type Forgetting, isMeant, type Tombstone } from "../forgetting.ts";
import { makeProfile, type Observations } from "../make-profile.ts";
import type { ProfileBook } from "../profile-book.ts";
import type { Profile } from "../profile.ts";
import type { Profiles } from "../profiles.ts";
import { mergeEdges } from "./merge-edges.ts";
import { mergeParts, mergeShelves, type Shelves } from "./merge-parts.ts";
import type { Part } from "./part.ts";
import { WatchedParts, type WatchedPartsOptions } from "./watched-parts.ts";

export interface ClusterProfilesOptions extends WatchedPartsOptions {
  readonly book: ProfileBook;
  /** What this node itself has to say, now. */
  readonly ownPart: (workload: WorkloadRef) => Part;
}

/**
 * The profiles of the whole cluster: what this node has seen, which is not asked of anybody, and the parts that the
 * others have published.
 */
export class ClusterProfiles implements Profiles {
  readonly #options: ClusterProfilesOptions;
  readonly #others: WatchedParts;

  constructor(options: ClusterProfilesOptions) {
    this.#options = options;
    this.#others = new WatchedParts(options);
  }

  get isWatching(): boolean {
    return this.#others.isWatching;
  }

  /** Resolves when no part is watched any more. */
  get ended(): Promise<unknown> {
    return this.#others.ended;
  }

  /** Parts held, and those for which there was no room or that could not be read. */
  get counts(): { readonly held: number; readonly leftOut: number; readonly unreadable: number } {
    const { held, unreadable } = this.#others;
    return { held: held.size, leftOut: held.leftOut, unreadable };
  }

  gather = (): Promise<void> => this.#others.gather();

  /** What this node published itself has another name now: all is read again, by that. */
  letGo(): void {
    this.#others.letGo();
  }

  profile(ref: WorkloadRef, cluster: ClusterState): Profile | undefined {
    const workload = cluster.workload(ref);
    const parts = this.#partsOf(ref, cluster);
    if (parts.length === 0 && workload === undefined) return undefined;
    const all = this.#merge(ref, parts, cluster);
    const nodes = new Set(all.nodes.values().filter((node) => !this.#others.isStale(node)));
    const stale = (workload?.nodes ?? []).filter((node) => all.nodes.has(node) && !nodes.has(node)).length;
    const profile = makeProfile(ref, workload, { ...all, nodes });
    return stale === 0 ? profile : { ...profile, nodes: { ...profile.nodes, stale } };
  }

  find(namespace: string, kind: string, name: string): WorkloadRef | undefined {
    const isNamed = (ref: WorkloadRef): boolean =>
      ref.namespace === namespace && ref.name === name && ref.kind.toLowerCase() === kind.toLowerCase();
    return this.#options.book.find(namespace, kind, name) ?? this.#others.held.workloads().find(isNamed);
  }

  profiles(cluster: ClusterState, namespace?: string): readonly Profile[] {
    const all = [...cluster.workloads(namespace), ...this.#options.book.workloads(), ...this.#others.held.workloads()];
    const refs = new Map(all.map((ref) => [workloadKey(ref), ref]));
    return [...refs]
      .filter(([, ref]) => namespace === undefined || ref.namespace === namespace)
      .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
      .flatMap(([, ref]) => this.profile(ref, cluster) ?? []);
  }

  /** Ids of the edges, of all nodes, that would be forgotten. */
  keysOf(ref: WorkloadRef, what: Forgetting, cluster: ClusterState): readonly string[] {
    const { edges, failed } = this.#merge(ref, this.#partsOf(ref, cluster), cluster);
    return [...new Set([...edges, ...failed].filter((edge) => isMeant(edge, what)).map((edge) => edgeKey(edge)))];
  }

  #merge(ref: WorkloadRef, parts: readonly Part[], cluster: ClusterState): Observations {
    const nodes = new Set(cluster.nodeNames());
    const forgotten = this.#options.book.tombstones.of(ref);
    const shelvesOf = (kept: readonly Part[], tombstones: readonly Tombstone[]): Shelves =>
      this.#shelves(ref, kept, tombstones);
    return mergeParts(parts, { forgotten, isThere: (node) => nodes.has(node), shelvesOf });
  }

  /** What the others have told is merged once; what this node has seen is new each time. */
  #shelves(ref: WorkloadRef, parts: readonly Part[], tombstones: readonly Tombstone[]): Shelves {
    const { author } = this.#options;
    const told = parts.filter((part) => !author.wrote(part));
    const others = this.#others.held.merged.of(ref, told, tombstones);
    const own = mergeShelves(
      parts.filter((part) => author.wrote(part)),
      tombstones,
    );
    return {
      edges: mergeEdges([...others.edges, ...own.edges]),
      failed: mergeEdges([...others.failed, ...own.failed]),
    };
  }

  /** This node has word of what runs on it, were it that it is silent, and of what it has seen. */
  #partsOf(ref: WorkloadRef, cluster: ClusterState): readonly Part[] {
    const { author, book, ownPart } = this.#options;
    const others = this.#others.held.of(ref);
    const isOurs = book.hasSeen(ref) || cluster.workload(ref)?.nodes.includes(author.node) === true;
    return isOurs ? [...others, ownPart(ref)] : others;
  }
}
