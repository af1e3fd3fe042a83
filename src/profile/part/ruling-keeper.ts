import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import type { Pauses } from "../../cluster/api/watch-loop.ts";
import { ObjectWatch } from "../../cluster/api/object-watch.ts";
import type { RawObject } from "../../cluster/api/read-api.ts";
import type { Write } from "../../cluster/api/write-objects.ts";
import type { ClusterState } from "../../cluster/cluster-state.ts";
import { FieldFault } from "../../cluster/object/field.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import type { DecisionBook } from "../decision-book.ts";
import type { Decisions } from "../decisions.ts";
import { type Forgetting, replaces, type Tombstone } from "../forgetting.ts";
import type { ProfileBook } from "../profile-book.ts";
import type { ProfileSaver } from "../profile-saver.ts";
import { kindHolding } from "./part-kind.ts";
import { Rulings } from "./rulings.ts";
import { type Unkept, UnkeptRulings } from "./unkept-rulings.ts";

/** Before anything that was ever decided: what a node decided before the cluster knew gives way to all else. */
const LONG_AGO_MS = 1;

export interface RulingKeeperOptions {
  readonly connection: ApiConnection;
  readonly node: string;
  readonly cluster: ClusterState;
  readonly book: ProfileBook;
  readonly saver: ProfileSaver;
  readonly decisions: DecisionBook;
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly pauses?: Pauses;
  /** Something of it was forgotten in the book. */
  readonly onForgotten: (workload: WorkloadRef) => void;
  /** Why rulings can't be read, at each change; undefined when they can be again. */
  readonly onFault: (fault: string | undefined) => void;
}

/** Between the rulings of the cluster and what this node keeps itself: each hears of the other. */
export class RulingKeeper {
  readonly #options: RulingKeeperOptions;
  readonly #rulings: Rulings;
  readonly #unkept: UnkeptRulings;
  /** What is put into the book because another node decided it is nothing to be told. */
  #isHearing = false;
  #wasListed = false;

  constructor(options: RulingKeeperOptions) {
    this.#options = options;
    this.#unkept = new UnkeptRulings(options.pauses);
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

  /** Rulings of others that this node could not keep yet. */
  get unkept(): number {
    return this.#unkept.size;
  }

  /** Rulings are few and small, and hold at once: they are watched always, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, pauses, onFault } = this.#options;
    const watch = new ObjectWatch({
      connection,
      kind: kindHolding("rulings"),
      ...(pauses && { pauses }),
      onPresent: (object) => this.#read(object),
      onGone: () => undefined,
      onListed: () => this.#listed(),
      onFault,
    });
    await Promise.all([watch.run(signal), this.#unkept.run(signal)]);
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
    if (this.#isHearing) return;
    this.#unkept.drop(decisionKey(workload));
    this.#rulings.decide(workload, decisions);
  }

  /** What the store kept has come late, when the cluster had been heard already. */
  restored(): void {
    this.#unkept.tryAgain();
    if (this.#wasListed) this.#reconcile();
  }

  next(): Write | undefined {
    return this.#rulings.next();
  }

  #read(object: RawObject): void {
    try {
      this.#rulings.read(object);
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.#options.logger.warn({ problem: error.message }, "a NetworkProfile that can't be read is left out");
    }
  }

  #listed(): void {
    this.#rulings.listed();
    if (!this.#wasListed) this.#reconcile();
    this.#wasListed = true;
  }

  /** What this node kept and the cluster never heard of, from a time without a server, is told; of the rest the cluster's word holds. */
  #reconcile(): void {
    const { decisions, book, cluster } = this.#options;
    for (const { workload, decisions: kept } of decisions.list()) {
      const decided = this.#rulings.decidedOf(workload);
      if (decided === undefined) this.#rulings.decide(workload, kept, LONG_AGO_MS);
      else this.#adopt(workload, decided.decisions);
    }
    for (const workload of cluster.workloads())
      for (const tombstone of book.tombstones.of(workload))
        if (!this.#rulings.isForgotten(tombstone)) this.#rulings.forget(tombstone);
  }

  /** Once: what was seen after it was forgotten here stays. */
  #bury(tombstone: Tombstone): void {
    const { book, saver, onForgotten } = this.#options;
    const { workload, atMs, ...what } = tombstone;
    const key = `forgotten ${workloadKey(workload)} ${JSON.stringify({ ...what, atMs })}`;
    const keep = (): void => {
      if (book.tombstones.of(workload).some((own) => replaces(own, tombstone))) return;
      saver.forget(workload, what, atMs);
      onForgotten(workload);
    };
    // As long as it can't be, other nodes' answers leave it out all the same.
    this.#keep(
      { key, namespace: workload.namespace, keep },
      "what was forgotten elsewhere can't be forgotten here yet",
    );
  }

  #adopt(workload: WorkloadRef, adopted: Decisions | undefined): void {
    const { decisions } = this.#options;
    const keep = (): void => {
      if (isDeepStrictEqual(decisions.get(workload), adopted)) return;
      this.#isHearing = true;
      try {
        if (adopted === undefined) decisions.delete(workload);
        else decisions.put(workload, adopted);
      } finally {
        this.#isHearing = false;
      }
    };
    const ruling = { key: decisionKey(workload), namespace: workload.namespace, keep };
    this.#keep(ruling, "what was decided elsewhere can't be kept here yet");
  }

  #keep(ruling: Unkept, otherwise: string): void {
    try {
      this.#unkept.keep(ruling);
    } catch (error) {
      this.#options.logger.warn({ ruling: ruling.key, problem: String(error) }, otherwise);
    }
  }
}

function decisionKey(workload: WorkloadRef): string {
  return `decided ${workloadKey(workload)}`;
}
