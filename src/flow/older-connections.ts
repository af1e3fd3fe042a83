import type { CaptureStatus } from "./connection.ts";
import type { EventWriter } from "./event-writer.ts";
import type { FlowTracker } from "./flow-tracker.ts";
import { KernelKnowledge } from "./kernel-knowledge.ts";

/** After loss the kernel is asked again, but no more often than this. */
const LOSS_PERIOD_US = 60_000_000;

export interface OlderConnectionsOptions {
  readonly tracker: FlowTracker;
  readonly writer: EventWriter;
  /** The tracker's clock, microseconds. */
  readonly now: () => number;
}

/**
 * Makes known what is open before weir, or was opened while packets were lost: asks the kernel's connection
 * tracking at the start, and again after loss.
 */
export class OlderConnections {
  readonly #kernel: KernelKnowledge;
  #askedUs = Number.NEGATIVE_INFINITY;
  #dropped = 0;

  constructor({ tracker, writer, now }: OlderConnectionsOptions) {
    this.#kernel = new KernelKnowledge({ tracker, writer, now });
  }

  get status(): NonNullable<CaptureStatus["older"]> {
    const { extent, reason, connections } = this.#kernel.status;
    return {
      conntrack: extent,
      ...(reason === undefined ? {} : { reason }),
      connections,
      listenedSeconds: 0,
      cutShort: 0,
    };
  }

  /** To be called now and then with the packets dropped so far. */
  advance(nowUs: number, dropped: number, signal: AbortSignal): void {
    const isDue = this.#askedUs < 0 || (dropped > this.#dropped && nowUs - this.#askedUs >= LOSS_PERIOD_US);
    if (!isDue) return;
    this.#dropped = dropped;
    this.#askedUs = nowUs;
    void this.#kernel.read(signal);
  }
}
