import { setTimeout as sleep } from "node:timers/promises";
import { type ConntrackReading, readConntrack } from "../capture/conntrack.ts";
import { listeningSockets } from "../capture/listening-sockets.ts";
import type { EventWriter } from "./event-writer.ts";
import type { FlowTracker } from "./flow-tracker.ts";

/** While the reader of the events is behind, the kernel's entries wait for it. */
const PAUSE_MS = 10;

export interface KernelKnowledgeOptions {
  readonly tracker: FlowTracker;
  readonly writer: EventWriter;
  /** The tracker's clock, microseconds. */
  readonly now: () => number;
}

/** How conntrack was read last, and what it told in all. */
export interface ConntrackStatus {
  /** `none`: it can't be read, or not yet. */
  readonly extent: ConntrackReading["extent"];
  /** Why not whole. */
  readonly reason?: string;
  /** Connections learned from it. */
  readonly connections: number;
}

/** What the kernel knows of connections and of who listens, told to the tracker. */
export class KernelKnowledge {
  readonly #options: KernelKnowledgeOptions;
  #status: ConntrackStatus = { extent: "none", connections: 0 };
  #isReading = false;

  constructor(options: KernelKnowledgeOptions) {
    this.#options = options;
  }

  get status(): ConntrackStatus {
    return this.#status;
  }

  /** Reads all of it in small pieces, unless it is at it already. */
  async read(signal: AbortSignal): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#options.tracker.replaceListeningSockets(await listeningSockets());
    await this.#readConntrack(signal);
    this.#isReading = false;
  }

  async #readConntrack(signal: AbortSignal): Promise<void> {
    const { tracker, writer, now } = this.#options;
    let { connections } = this.#status;
    const { extent, reason } = await readConntrack({
      onEntry: (entry) => {
        if (signal.aborted) return false;
        connections += Number(tracker.addConntrack(entry, now()));
        return tracker.hasRoomForOlder;
      },
      afterPiece: () => (writer.isBehind ? sleep(PAUSE_MS) : undefined),
    });
    this.#status = reason === undefined ? { extent, connections } : { extent, reason, connections };
  }
}
