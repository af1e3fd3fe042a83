import type { Logger } from "pino";
import { ApiFault } from "../../cluster/api/api-fault.ts";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import type { Pauses } from "../../cluster/api/watch-loop.ts";
import { ObjectWatch } from "../../cluster/api/object-watch.ts";
import { listKind, type RawObject } from "../../cluster/api/read-api.ts";
import { defaultPaces, writeObjects, type WritePaces } from "../../cluster/api/write-objects.ts";
import type { ClusterState } from "../../cluster/cluster-state.ts";
import { FieldFault } from "../../cluster/object/field.ts";
import type { WorkloadRef } from "../../cluster/workload.ts";
import type { DecisionBook } from "../decision-book.ts";
import type { Decisions } from "../decisions.ts";
import type { Forgetting } from "../forgetting.ts";
import type { ProfileBook, StoredEdge } from "../profile-book.ts";
import type { ProfileSaver } from "../profile-saver.ts";
import { ClusterProfiles, type ReadPaces } from "./cluster-profiles.ts";
import type { Part } from "./part.ts";
import { listOwnParts } from "./list-own-parts.ts";
import { kindHolding, NETWORK_PROFILE } from "./part-kind.ts";
import { nodeLabel } from "./part-name.ts";
import { PartPublisher } from "./part-publisher.ts";
import type { PartPaces } from "./part-schedule.ts";
import { PartSweeper } from "./part-sweeper.ts";
import { readPart } from "./read-part.ts";
import { RulingKeeper } from "./ruling-keeper.ts";

const CANT_WRITE = "parts can't be written";

/** How often it is looked who runs here, and whose turn it is to sweep: without a request. */
const ROUND_MS = 60_000;

export interface PartExchangeOptions {
  readonly connection: ApiConnection;
  readonly node: string;
  /** The store's own name. */
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
  readonly #publisher: PartPublisher;
  readonly #rulings: RulingKeeper;
  readonly #sweeper: PartSweeper;
  readonly #faults = new Map<string, string>();

  constructor(options: PartExchangeOptions) {
    const { paces: { parts, reads, pauses } = {}, ...own } = options;
    this.#options = options;
    this.#publisher = new PartPublisher({ ...own, ...(parts && { paces: parts }) });
    this.#rulings = new RulingKeeper({ ...own, onForgotten: (workload) => this.#publisher.noteForgotten(workload) });
    this.#sweeper = new PartSweeper(own);
    this.profiles = new ClusterProfiles({
      ...own,
      ...(pauses && { pauses }),
      ...(reads && { paces: reads }),
      ownPart: (workload) => this.#publisher.ownPart(workload),
      onFault: (fault) => this.#say("parts of other nodes can't be read", fault),
    });
  }

  /** What of it does not work now; undefined while all does. */
  get fault(): string | undefined {
    const faults = [...this.#faults].map(([what, fault]) => `${what}: ${fault}`);
    return faults.length === 0 ? undefined : faults.join("; ");
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

  /** Until the signal aborts; the cluster's state is known. */
  async run(): Promise<void> {
    const { signal, paces = {}, connection, node } = this.#options;
    const rounds = setInterval(() => void this.#round(), paces.roundMs ?? ROUND_MS);
    signal.addEventListener("abort", () => clearInterval(rounds), { once: true });
    const watching = this.#watchRulings();
    await this.#begin();
    await this.#round();
    const onFault = (fault: string | undefined): void => this.#say(CANT_WRITE, fault);
    const next = (): ReturnType<PartPublisher["next"]> =>
      this.#rulings.next() ?? this.#publisher.next() ?? this.#sweeper.next();
    const manager = `weir-${nodeLabel(node)}`;
    await writeObjects({ connection, manager, next, onFault, paces: paces.writes ?? defaultPaces }, signal);
    await watching;
  }

  /** Rulings are few and small, and hold at once: they are watched always. */
  #watchRulings(): Promise<void> {
    const { connection, signal, paces: { pauses } = {} } = this.#options;
    const watch = new ObjectWatch({
      connection,
      kind: kindHolding("rulings"),
      ...(pauses && { pauses }),
      onPresent: (object) => this.#readRuling(object),
      onGone: () => undefined,
      onListed: () => this.#rulings.listed(),
      onFault: (fault) => this.#say("what was forgotten and decided elsewhere can't be read", fault),
    });
    return watch.run(signal);
  }

  #readRuling(object: RawObject): void {
    try {
      this.#rulings.read(object);
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.#options.logger.warn({ problem: error.message }, "a NetworkProfile that can't be read is left out");
    }
  }

  /** What was published before this process began is not published again. */
  async #begin(): Promise<void> {
    const { connection, node, observer, signal, paces: { pauses } = {} } = this.#options;
    const onFault = (fault: string | undefined): void => this.#say(CANT_WRITE, fault);
    const objects = await listOwnParts({ connection, node, onFault, ...(pauses && { pauses }) }, signal);
    const parts = objects.flatMap((object) => partIn(object) ?? []);
    for (const { object, part } of parts) if (part.observer !== observer) this.#sweeper.lookAtFormer(object);
    this.#publisher.begin(parts.map(({ part }) => part));
  }

  async #round(): Promise<void> {
    this.#publisher.notePresent();
    if (this.#sweeper.isTurn && this.fault === undefined) await this.#sweep();
  }

  async #sweep(): Promise<void> {
    const { connection, signal } = this.#options;
    this.#sweeper.begin();
    try {
      await listKind(
        connection,
        NETWORK_PROFILE,
        (page) => page.forEach((object) => this.#sweeper.look(object)),
        signal,
      );
      this.#sweeper.end();
    } catch (error) {
      if (!(error instanceof ApiFault) && !signal.aborted) throw error; // in the next round again
    }
  }

  /** One line at each change. */
  #say(what: string, fault: string | undefined): void {
    const { logger } = this.#options;
    const known = this.#faults.get(what);
    if (fault === undefined) {
      this.#faults.delete(what);
      if (known !== undefined) logger.info({ what }, "parts are exchanged again");
      return;
    }
    this.#faults.set(what, fault);
    if (known === undefined) logger.warn({ reason: fault }, what);
  }
}

/** One of another version of weir is no part: it is written anew. */
function partIn(object: RawObject): { readonly object: RawObject; readonly part: Part } | undefined {
  try {
    return { object, part: readPart(object) };
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    return undefined;
  }
}
