import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import type { RawObject } from "../../cluster/api/read-api.ts";
import type { Write } from "../../cluster/api/write-objects.ts";
import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { WorkloadRef } from "../../cluster/workload.ts";
import type { DecisionBook } from "../decision-book.ts";
import type { Decisions } from "../decisions.ts";
import { type Forgetting, replaces, type Tombstone } from "../forgetting.ts";
import type { ProfileBook } from "../profile-book.ts";
import type { ProfileSaver } from "../profile-saver.ts";
import { Rulings } from "./rulings.ts";

/** Before anything that was ever decided: what a node decided before the cluster knew gives way to all else. */
const LONG_AGO_MS = 1;

export interface RulingKeeperOptions {
  readonly node: string;
  readonly cluster: ClusterState;
  readonly book: ProfileBook;
  readonly saver: ProfileSaver;
  readonly decisions: DecisionBook;
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** Something of it was forgotten in the book. */
  readonly onForgotten: (workload: WorkloadRef) => void;
}

/** Between the rulings of the cluster and what this node keeps itself: each hears of the other. */
export class RulingKeeper {
  readonly #options: RulingKeeperOptions;
  readonly #rulings: Rulings;
  /** What is put into the book because another node decided it is nothing to be told. */
  #isHearing = false;
  #wasListed = false;

  constructor(options: RulingKeeperOptions) {
    this.#options = options;
    this.#rulings = new Rulings({
      node: options.node,
      nowMs: options.nowMs,
      onForgotten: (tombstone) => this.#bury(tombstone),
      onDecided: (workload, decisions) => this.#adopt(workload, decisions),
    });
  }

  get waiting(): number {
    return this.#rulings.waiting;
  }

  /** Here first; gives the ids of the edges forgotten here. Throws as ProfileSaver's does, and then nothing is told. */
  forget(workload: WorkloadRef, what: Forgetting): readonly string[] {
    const { saver, nowMs, onForgotten } = this.#options;
    const { namespace, kind, name } = workload;
    const atMs = nowMs();
    const keys = saver.forget(workload, what, atMs);
    this.#rulings.forget({ ...what, workload: { namespace, kind, name }, atMs });
    onForgotten(workload);
    return keys;
  }

  decided(workload: WorkloadRef, decisions: Decisions | undefined): void {
    if (!this.#isHearing) this.#rulings.decide(workload, decisions);
  }

  read(object: RawObject): void {
    this.#rulings.read(object);
  }

  /** What this node kept and the cluster never heard of, from a time without a server, is told now. */
  listed(): void {
    this.#rulings.listed();
    if (this.#wasListed) return;
    this.#wasListed = true;
    const { decisions, book, cluster } = this.#options;
    for (const { workload, decisions: kept } of decisions.list())
      if (!this.#rulings.isDecided(workload)) this.#rulings.decide(workload, kept, LONG_AGO_MS);
    for (const workload of cluster.workloads())
      for (const tombstone of book.tombstones.of(workload))
        if (!this.#rulings.isForgotten(tombstone)) this.#rulings.forget(tombstone);
  }

  next(): Write | undefined {
    return this.#rulings.next();
  }

  /** Once: what was seen after it was forgotten here stays. */
  #bury(tombstone: Tombstone): void {
    const { book, saver, logger, onForgotten } = this.#options;
    const { workload, atMs, ...what } = tombstone;
    if (book.tombstones.of(workload).some((own) => replaces(own, tombstone))) return;
    try {
      saver.forget(workload, what, atMs);
      onForgotten(workload);
    } catch (error) {
      // No room, or a full disk: answers leave it out all the same, as long as whoever said it tells them.
      logger.warn({ workload, problem: String(error) }, "what was forgotten elsewhere can't be forgotten here");
    }
  }

  #adopt(workload: WorkloadRef, adopted: Decisions | undefined): void {
    const { decisions, logger } = this.#options;
    if (isDeepStrictEqual(decisions.get(workload), adopted)) return;
    this.#isHearing = true;
    try {
      if (adopted === undefined) decisions.delete(workload);
      else decisions.put(workload, adopted);
    } catch (error) {
      logger.warn({ workload, problem: String(error) }, "what was decided elsewhere can't be kept here");
    } finally {
      this.#isHearing = false;
    }
  }
}
