import { setTimeout as sleep } from "node:timers/promises";
import { ApiFault } from "./api-fault.ts";
import type { ApiKind } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { type WatchEvent, watchKind } from "./read-api.ts";

/** How long to wait before asking again: doubled from the first to the most, and a little by chance. */
export interface Pauses {
  readonly firstMs: number;
  readonly mostMs: number;
  /** For a kind that may not be read: rights may be given later. */
  readonly missedMs: number;
  /** After how long without a word a watch is dead that had bookmarks: they come about once a minute. */
  readonly silentMs: number;
}

export const defaultPauses: Pauses = { firstMs: 500, mostMs: 30_000, missedMs: 60_000, silentMs: 200_000 };

/** One disconnect is the way of the world; after so many in a row it is said. */
export const FAILURES_TO_SAY = 2;

export interface WatchLoopOptions {
  readonly connection: ApiConnection;
  readonly kind: ApiKind;
  /** Where `missedMs` is left out, what may not be read is asked for like what fails. */
  readonly pauses: Omit<Pauses, "missedMs"> & Partial<Pauses>;
  /** Tells everything that there is; gives the resource version from which to watch. */
  readonly list: (signal: AbortSignal) => Promise<string>;
  /** The server has agreed to a watch. */
  readonly onOpen: () => void;
  /** Bookmarks too. Not after `signal` has aborted. */
  readonly onEvent: (event: WatchEvent) => void;
  /** The list or the watch failed, so many times in a row by now. */
  readonly onFault: (fault: ApiFault, failures: number) => void;
}

/**
 * Follows one kind: a list, and then a watch from where that was, and again from where the last watch was; a new list
 * where the server has forgotten that, or where the right to read was missing.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export class WatchLoop {
  readonly #options: WatchLoopOptions;
  /** Undefined where a list must come first. */
  #version: string | undefined;
  /** Pauses go on to grow until a watch has shown that it works. */
  #failures = 0;
  #mayNotRead = false;

  constructor(options: WatchLoopOptions) {
    this.#options = options;
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#options.list(signal);
        await this.#watch(this.#version, signal);
        this.#failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiFault)) throw error;
        this.#fail(error);
      }
      await sleep(this.#pauseMs(), undefined, { signal }).catch(() => undefined);
    }
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { connection, kind, pauses, onEvent } = this.#options;
    const onOpen = (): void => {
      this.#mayNotRead = false;
      this.#options.onOpen();
    };
    const options = { resourceVersion, silentMs: pauses.silentMs, onOpen };
    for await (const event of watchKind(connection, kind, options, signal)) {
      if (signal.aborted) return;
      this.#failures = 0;
      this.#version = versionOf(event) ?? this.#version;
      onEvent(event);
    }
  }

  #fail(fault: ApiFault): void {
    this.#failures += 1;
    this.#mayNotRead = fault.isForGood;
    if (fault.isExpired || fault.isForGood) this.#version = undefined;
    this.#options.onFault(fault, this.#failures);
  }

  #pauseMs(): number {
    const { firstMs, mostMs, missedMs } = this.#options.pauses;
    const doubled = firstMs * 2 ** Math.max(0, Math.min(this.#failures, 16) - 1);
    const pauseMs = this.#mayNotRead && missedMs !== undefined ? missedMs : Math.min(mostMs, doubled);
    return pauseMs * (0.5 + Math.random());
  }
}

function versionOf({ object }: WatchEvent): string | undefined {
  return (object["metadata"] as { readonly resourceVersion?: string } | undefined)?.resourceVersion;
}
