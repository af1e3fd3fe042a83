import type { ObjectPlace, Write } from "../../cluster/api/write-objects.ts";
import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import { edgeKey } from "../edge.ts";
import { replaces, type Tombstone } from "../forgetting.ts";
import type { ProfileBook } from "../profile-book.ts";
import type { StoredEdge } from "../profile-records.ts";
import { withoutForgotten } from "./merge-parts.ts";
import type { Part } from "./part.ts";
import type { PartAuthor } from "./part-author.ts";
import { NETWORK_PROFILE } from "./part-kind.ts";
import { type PartPaces, PartSchedule } from "./part-schedule.ts";
import { observationsName, writePart } from "./write-part.ts";

/** How long after the last connection a part is still told of a workload that the cluster does not have any more. */
export const GONE_WORKLOAD_MS = 7 * 86_400_000;

export interface PartPublisherOptions {
  readonly author: PartAuthor;
  readonly book: ProfileBook;
  readonly cluster: ClusterState;
  readonly nowMs: () => number;
  readonly paces?: PartPaces;
}

/** In: what has changed in the book. Out: the next part to write, made as the book is at that moment. */
export class PartPublisher {
  readonly #options: PartPublisherOptions;
  #schedule: PartSchedule;
  readonly #workloads = new Map<string, WorkloadRef>();
  #hasBegun = false;

  constructor(options: PartPublisherOptions) {
    this.#options = options;
    this.#schedule = new PartSchedule(options.paces);
  }

  /** Whether it is known what the server has of this node: nothing is published before that. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get waiting(): number {
    return this.#schedule.waiting(this.#options.nowMs());
  }

  /** What one's own part is at this moment. */
  ownPart(workload: WorkloadRef): Part {
    const { author, book, nowMs } = this.#options;
    const { node, observer } = author;
    const seen = book.seen(workload) ?? { edges: [], failed: [], overflowed: 0 };
    const forgotten = book.tombstones.of(workload);
    return { ...seen, workload, node, observer, writtenMs: nowMs(), window: book.window, forgotten };
  }

  note(changed: readonly StoredEdge[]): void {
    const { book, nowMs } = this.#options;
    for (const workload of new Map(changed.map((edge) => [workloadKey(edge.workload), edge.workload])).values())
      this.#schedule.changed(this.#keyOf(workload), book.edgeCount(workload), nowMs());
  }

  /** Something of it was forgotten: where this node has nothing of it, it has nothing to tell. */
  noteForgotten(workload: WorkloadRef): void {
    const { book, nowMs } = this.#options;
    const key = workloadKey(workload);
    if (book.hasSeen(workload) || this.#schedule.isKnown(key)) this.#schedule.demand(this.#keyOf(workload), nowMs());
  }

  /** What the server has of this node's parts; with it, and not before, publishing begins. */
  begin(found: readonly Part[]): void {
    const { author, book, nowMs } = this.#options;
    const own = found.filter(({ node, observer }) => node === author.node && observer === author.observer);
    for (const part of own) this.#takeBack(part);
    const told = new Map(own.map((part) => [this.#keyOf(part.workload), part]));
    for (const [key, { edges, writtenMs }] of told) this.#schedule.found(key, edges.length, writtenMs);
    for (const workload of [...book.workloads(), ...own.map((part) => part.workload)]) {
      if (!this.#isWorthTelling(workload)) continue;
      const key = this.#keyOf(workload);
      if (!this.#isTold(told.get(key), workload)) this.#schedule.demand(key, nowMs());
    }
    this.#hasBegun = true;
  }

  /**
   * A workload that runs here and was never seen to talk has a part all the same: that says that this node watched it.
   * Pods of the host's network have none, for nobody can tell their connections from the host's.
   */
  notePresent(): void {
    const { author, cluster, nowMs } = this.#options;
    this.#dropGone();
    for (const pod of cluster.pods()) {
      if (pod.nodeName !== author.node || pod.hostNetwork) continue;
      const workload = cluster.workloadOf(pod);
      const key = this.#keyOf(workload);
      if (!this.#schedule.isKnown(key)) this.#schedule.present(key, nowMs());
    }
  }

  /** What was published under the name of before: it is to be deleted, and all is told anew under this one. */
  rename(observer: string): readonly ObjectPlace[] {
    const { author, paces } = this.#options;
    const { node, observer: former } = author;
    const told = [...this.#workloads.values()].map((workload) => ({
      kind: NETWORK_PROFILE,
      namespace: workload.namespace,
      name: observationsName({ workload, node, observer: former }),
    }));
    author.rename(observer);
    this.#schedule = new PartSchedule(paces);
    this.#hasBegun = false;
    return told;
  }

  next(): Write | undefined {
    return this.#next(() => this.#schedule.due(this.#options.nowMs()));
  }

  /** Of parts in which something is new, though it be too soon for it. */
  nextNew(): Write | undefined {
    return this.#next(() => this.#schedule.firstNew());
  }

  #next(choose: () => string | undefined): Write | undefined {
    if (!this.#hasBegun) return undefined;
    for (let key = choose(); key !== undefined; key = choose()) {
      const workload = this.#workloads.get(key);
      if (workload !== undefined && this.#isWorthTelling(workload)) return this.#write(key, workload);
      this.#drop(key);
    }
    return undefined;
  }

  #write(key: string, workload: WorkloadRef): Write {
    const { nowMs } = this.#options;
    const part = this.ownPart(workload);
    const object = writePart(part);
    const { namespace, name } = object.metadata;
    return {
      place: { kind: NETWORK_PROFILE, namespace, name },
      object,
      onDone: () => this.#wrote(key, workload, part),
      onRefused: () => this.#schedule.refused(key, nowMs()),
    };
  }

  /** What came while it was under way is new again. */
  #wrote(key: string, workload: WorkloadRef, part: Part): void {
    const { author, book, nowMs } = this.#options;
    if (part.observer !== author.observer) return;
    const forgotten = book.tombstones.of(workload);
    this.#schedule.wrote(key, part.edges.length, part.writtenMs);
    if (forgotten !== part.forgotten) this.#schedule.demand(key, nowMs());
    else if (book.edgeCount(workload) !== part.edges.length)
      this.#schedule.changed(key, book.edgeCount(workload), nowMs());
  }

  /** What came and went without a word, as pods of jobs do, is kept no longer than it was there. */
  #dropGone(): void {
    const { cluster, book } = this.#options;
    for (const [key, workload] of this.#workloads)
      if (!book.hasSeen(workload) && cluster.workload(workload) === undefined) this.#drop(key);
  }

  #drop(key: string): void {
    this.#schedule.drop(key);
    this.#workloads.delete(key);
  }

  /** What the store has lost of this, though it is the same store. */
  #takeBack(part: Part): void {
    const { book } = this.#options;
    const { workload } = part;
    for (const shelf of ["edges", "failed"] as const)
      for (const edge of withoutForgotten(part, shelf, book.tombstones.of(workload)))
        book.takeBack({ workload, shelf, edge });
  }

  /** Whether the server has this: the same edges, and word of the same forgettings. Counts may be behind. */
  #isTold(part: Part | undefined, workload: WorkloadRef): boolean {
    if (part === undefined) return false;
    const { book } = this.#options;
    const told = new Set(part.edges.map((edge) => edgeKey(edge)));
    const { edges = part.edges } = book.seen(workload) ?? {};
    const hasEdges = edges.length === told.size && edges.every((edge) => told.has(edgeKey(edge)));
    const isHeard = (own: Tombstone): boolean => part.forgotten.some((heard) => replaces(heard, own));
    return hasEdges && book.tombstones.of(workload).every(isHeard);
  }

  /** What the cluster has not any more, and has long been silent, is not told again. What was forgotten of it is. */
  #isWorthTelling(workload: WorkloadRef): boolean {
    const { cluster, book, nowMs } = this.#options;
    if (cluster.workload(workload) !== undefined) return true;
    if (book.tombstones.of(workload).some(({ atMs }) => atMs > nowMs() - GONE_WORKLOAD_MS)) return true;
    const { edges = [] } = book.seen(workload) ?? {};
    return edges.some(({ lastSeen }) => Date.parse(lastSeen) > nowMs() - GONE_WORKLOAD_MS);
  }

  #keyOf(workload: WorkloadRef): string {
    const key = workloadKey(workload);
    if (!this.#workloads.has(key)) {
      const { namespace, kind, name } = workload;
      this.#workloads.set(key, { namespace, kind, name });
    }
    return key;
  }
}
