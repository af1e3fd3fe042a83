import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import type { Pauses } from "../../cluster/api/watch-loop.ts";
import { defaultPaces, type Write, writeObjects, type WritePaces } from "../../cluster/api/write-objects.ts";
import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { WorkloadRef } from "../../cluster/workload.ts";
import type { DecisionBook } from "../decision-book.ts";
import type { Decisions } from "../decisions.ts";
import type { Forgetting } from "../forgetting.ts";
import type { ProfileBook } from "../profile-book.ts";
import type { StoredEdge } from "../profile-records.ts";
import type { ProfileSaver } from "../profile-saver.ts";
import { ClusterProfiles } from "./cluster-profiles.ts";
import { ExchangeFaults } from "./exchange-faults.ts";
import { listOwnParts } from "./list-own-parts.ts";
import { PartAuthor } from "./part-author.ts";
import { nodeLabel } from "./part-name.ts";
import { PartPublisher } from "./part-publisher.ts";
import type { PartPaces } from "./part-schedule.ts";
import { PartSweeper } from "./part-sweeper.ts";
import { RulingKeeper } from "./ruling-keeper.ts";
import type { ReadPaces } from "./watched-parts.ts";

/** How often it is looked who runs here, and whose turn it is to sweep: without a request. */
const ROUND_MS = 60_000;

export interface PartExchangeOptions {
  readonly connection: ApiConnection;
  readonly node: string;
  /** The store's own name, as far as it is known. */
  readonly observer: string;
  readonly cluster: ClusterState;
  readonly book: ProfileBook;
  readonly saver: ProfileSaver;
  readonly decisions: DecisionBook;
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly paces?: Partial<ExchangePaces>;
}

/** Undefined where there is nobody to exchange with: no API, or no node of which this would be the part. */
export function exchangeParts(
  node: string | undefined,
  connection: ApiConnection | undefined,
  options: Omit<PartExchangeOptions, "node" | "connection">,
): PartExchange | undefined {
  return node === undefined || connection === undefined
    ? undefined
    : new PartExchange({ ...options, node, connection });
}

export interface ExchangePaces {
  readonly parts: PartPaces;
  readonly reads: ReadPaces;
  readonly writes: WritePaces;
  readonly pauses: Pauses;
  readonly roundMs: number;
}

/**
 * What this node's agent tells the others, and hears of them, through objects in the API: parts of profiles, what is
 * to be forgotten, and what was decided. No agent asks another, none leads, and each writes only what is its own.
 */
export class PartExchange {
  /** To answer from, for the whole cluster. */
  readonly profiles: ClusterProfiles;
  readonly #options: PartExchangeOptions;
  readonly #author: PartAuthor;
  readonly #publisher: PartPublisher;
  readonly #rulings: RulingKeeper;
  readonly #sweeper: PartSweeper;
  readonly #faults: ExchangeFaults;
  #running: Promise<unknown> = Promise.resolve();
  #pause = new AbortController();

  constructor(options: PartExchangeOptions) {
    const { paces: { parts, reads, pauses } = {}, ...rest } = options;
    const author = new PartAuthor(rest.node, rest.observer);
    const own = { ...rest, author, ...(pauses && { pauses }) };
    this.#options = options;
    this.#author = author;
    this.#faults = new ExchangeFaults(rest.logger);
    this.#publisher = new PartPublisher({ ...own, ...(parts && { paces: parts }) });
    this.#rulings = new RulingKeeper({
      ...own,
      onForgotten: (workload) => this.#publisher.noteForgotten(workload),
      onFault: this.#faults.of("what was forgotten and decided elsewhere can't be read"),
    });
    this.#sweeper = new PartSweeper(own);
    this.profiles = new ClusterProfiles({
      ...own,
      ...(reads && { paces: reads }),
      ownPart: (workload) => this.#publisher.ownPart(workload),
      onFault: this.#faults.of("parts of other nodes can't be read"),
    });
  }

  /** What of it does not work now; undefined while all does. */
  get fault(): string | undefined {
    return this.#faults.text;
  }

  /** How many objects wait to be written. */
  get waiting(): number {
    return this.#publisher.waiting + this.#rulings.waiting + this.#sweeper.waiting;
  }

  /** What the saver found changed. */
  note(changed: readonly StoredEdge[]): void {
    this.#publisher.note(changed);
  }

  /** Here and on all nodes; gives the ids of the edges forgotten, whoever had seen them. Throws as ProfileSaver's does. */
  forget(workload: WorkloadRef, what: Forgetting): readonly string[] {
    const known = this.profiles.keysOf(workload, what, this.#options.cluster);
    const own = this.#rulings.forget(workload, what);
    return [...new Set([...known, ...own])].sort();
  }

  /** A decision was taken here, or taken back. */
  decided(workload: WorkloadRef, decisions: Decisions | undefined): void {
    this.#rulings.decided(workload, decisions);
  }

  /** The store could be read only now; it may have another name than the one under which this node was known so far. */
  restored(observer: string): void {
    if (observer !== this.#author.observer) {
      for (const place of this.#publisher.rename(observer)) this.#sweeper.discard(place);
      this.profiles.letGo();
      this.#pause.abort();
    }
    this.#rulings.restored();
  }

  /** Until the signal aborts; the cluster's state is known. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const next = (): Write | undefined => this.#rulings.next() ?? this.#publisher.next() ?? this.#sweeper.next();
    this.#running = Promise.all([this.#rulings.run(signal), this.#rounds(), this.#write(next, signal)]);
    await this.#running;
    await this.profiles.ended;
  }

  /**
   * When the agent has been told to end: what is new is told, as far as it can be within so long, for nobody knows when
   * this node's agent begins again.
   */
  async flush(withinMs: number): Promise<void> {
    await Promise.allSettled([this.#running]);
    const done = new AbortController();
    const next = (): Write | undefined => {
      const write = this.#rulings.next() ?? this.#publisher.nextNew();
      if (write === undefined) done.abort();
      return write;
    };
    await this.#write(next, AbortSignal.any([done.signal, AbortSignal.timeout(withinMs)]), { gapMs: 0 });
  }

  /** One after the other: what takes longer than the time between two is not begun again meanwhile. */
  async #rounds(): Promise<void> {
    const { signal, connection, paces: { roundMs = ROUND_MS } = {} } = this.#options;
    while (!signal.aborted) {
      if (!this.#publisher.hasBegun) await this.#begin();
      this.#publisher.notePresent();
      if (this.#sweeper.isTurn && this.fault === undefined) await this.#sweeper.sweep(connection, signal);
      const pause = AbortSignal.any([signal, this.#pause.signal]);
      await sleep(roundMs, undefined, { signal: pause }).catch(() => undefined);
      if (this.#pause.signal.aborted) this.#pause = new AbortController();
    }
  }

  /** What was published before this process began is not published again. */
  async #begin(): Promise<void> {
    const { connection, node, signal, paces: { pauses } = {} } = this.#options;
    const onFault = this.#faults.of("what this node has published can't be read");
    const found = await listOwnParts({ connection, node, onFault, ...(pauses && { pauses }) }, signal);
    if (signal.aborted) return;
    for (const { object, part } of found) if (!this.#author.wrote(part)) this.#sweeper.lookAtFormer(object);
    this.#publisher.begin(found.map(({ part }) => part));
  }

  #write(next: () => Write | undefined, signal: AbortSignal, paces: Partial<WritePaces> = {}): Promise<void> {
    const { connection, node, paces: { writes = defaultPaces } = {} } = this.#options;
    const onFault = this.#faults.of("parts can't be written");
    const manager = `weir-${nodeLabel(node)}`;
    return writeObjects({ connection, manager, next, onFault, paces: { ...writes, ...paces } }, signal);
  }
}
