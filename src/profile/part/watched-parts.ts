import { setTimeout as sleep } from "node:timers/promises";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import type { Pauses } from "../../cluster/api/watch-loop.ts";
import { ObjectWatch } from "../../cluster/api/object-watch.ts";
import type { RawObject } from "../../cluster/api/read-api.ts";
import { FieldFault } from "../../cluster/object/field.ts";
import { HeldParts } from "./held-parts.ts";
import type { PartAuthor } from "./part-author.ts";
import { kindHolding } from "./part-kind.ts";
import { ReadyAgents } from "./ready-agents.ts";

export interface ReadPaces {
  /** How long after the last question the parts are still watched. */
  readonly idleMs: number;
  /** How long a question waits for the parts to come; then it is answered from those that there are. */
  readonly patienceMs: number;
}

export const defaultReadPaces: ReadPaces = { idleMs: 600_000, patienceMs: 10_000 };

export interface WatchedPartsOptions {
  readonly connection: ApiConnection;
  readonly author: PartAuthor;
  /** Why the parts can't be read, at each change; undefined when they can be again. */
  readonly onFault: (fault: string | undefined) => void;
  /** Until it aborts, the parts may be watched. */
  readonly signal: AbortSignal;
  readonly pauses?: Pauses;
  readonly paces?: ReadPaces;
}

/** The watch while it runs. */
interface Watching {
  readonly stop: AbortController;
  readonly agents: ReadyAgents;
  /** All parts have come, or it is known that they can't be had now, or nobody waits for them any more. */
  readonly settled: Promise<unknown>;
  readonly giveUp: () => void;
}

/**
 * What others have published, and whether they are there: watched from the first question on. When nobody has asked for
 * a while, the watch ends and all of it is let go.
 */
export class WatchedParts {
  readonly held = new HeldParts();
  readonly #options: WatchedPartsOptions;
  readonly #paces: ReadPaces;
  #watching: Watching | undefined;
  #idle: NodeJS.Timeout | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #unreadable = 0;

  constructor(options: WatchedPartsOptions) {
    this.#options = options;
    this.#paces = options.paces ?? defaultReadPaces;
    options.signal.addEventListener("abort", () => this.letGo(), { once: true });
  }

  get isWatching(): boolean {
    return this.#watching !== undefined;
  }

  /** Resolves when what was watched last is watched no more. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /** Those that could not be read. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** Whether it is known that nobody watches on this node now: what it published counts, but is old. */
  isStale(node: string): boolean {
    return node !== this.#options.author.node && this.#watching?.agents.isMissedOn(node) === true;
  }

  /** Resolves when they are as whole as they can be made within the patience, or when the agent is to end. */
  async gather(): Promise<void> {
    const { signal } = this.#options;
    if (signal.aborted) return;
    const { settled } = (this.#watching ??= this.#watch());
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.letGo(), this.#paces.idleMs).unref();
    const patience = new AbortController();
    const tired = sleep(this.#paces.patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([settled, tired]);
    patience.abort();
  }

  letGo(): void {
    clearTimeout(this.#idle);
    this.#watching?.stop.abort();
    this.#watching?.giveUp();
    this.#watching = undefined;
    this.held.clear();
    this.#options.onFault(undefined); // of a watch that is no more
  }

  #watch(): Watching {
    const { connection, pauses } = this.#options;
    const stop = new AbortController();
    const [parts, others, givenUp] = [1, 2, 3].map(() => Promise.withResolvers<void>()) as [Gate, Gate, Gate];
    const agents = new ReadyAgents({ connection, ...(pauses && { pauses }) });
    const runs = [this.#partWatch(parts.resolve).run(stop.signal), agents.run(others.resolve, stop.signal)];
    // They end with their signal, and throw only where we are wrong: then nothing must go on.
    this.#ended = Promise.all(runs).catch((error: unknown) => process.nextTick(() => Promise.reject(error)));
    const settled = Promise.race([Promise.all([parts.promise, others.promise]), givenUp.promise]);
    return { stop, agents, settled, giveUp: givenUp.resolve };
  }

  #partWatch(settle: () => void): ObjectWatch {
    const { connection, pauses, onFault } = this.#options;
    return new ObjectWatch({
      connection,
      kind: kindHolding("observations"),
      ...(pauses && { pauses }),
      onPresent: (object) => this.#put(object),
      onGone: (key) => this.held.delete(key),
      onListed: settle,
      onFault: (fault) => {
        if (fault !== undefined) settle();
        onFault(fault);
      },
    });
  }

  #put(object: RawObject): void {
    const { namespace = "", name = "" } = object["metadata"] as { readonly namespace?: string; readonly name?: string };
    const key = `${namespace}/${name}`;
    if (this.#options.author.wrote(object["spec"] ?? {})) return;
    try {
      this.held.put(key, object);
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.held.delete(key);
      this.#unreadable += 1;
    }
  }
}

type Gate = PromiseWithResolvers<void>;
