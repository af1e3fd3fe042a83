import { FILTER_ROOM, roomOf } from "../capture/conversation-filter.ts";
import type { LiveInterfaces } from "../capture/live-interfaces.ts";
import type { CaptureStatus } from "./connection.ts";
import type { EventWriter } from "./event-writer.ts";
import type { FlowTracker } from "./flow-tracker.ts";
import { KernelKnowledge } from "./kernel-knowledge.ts";
import { defaultSweepSettings, Sweeps, type SweepSettings } from "./sweeps.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";

/** After loss the kernel is asked again, but no more often than this. */
const LOSS_PERIOD_US = 60_000_000;

export interface OlderConnectionsOptions {
  readonly tracker: FlowTracker;
  readonly interfaces: LiveInterfaces;
  readonly writer: EventWriter;
  readonly sweeps?: Partial<SweepSettings>;
  /** The tracker's clock, microseconds. */
  readonly now: () => number;
}

/**
 * Makes known what is open before weir, or was opened while packets were lost: asks the kernel's connection
 * tracking, and listens to all TCP for a while; at the start, and again after loss.
 */
export class OlderConnections {
  readonly #options: OlderConnectionsOptions;
  readonly #kernel: KernelKnowledge;
  readonly #sweeps: Sweeps;
  #askedUs = Number.NEGATIVE_INFINITY;
  #lost = 0;
  #isListening = false;
  #leftOut: TrackedView[] = [];

  constructor(options: OlderConnectionsOptions) {
    this.#options = options;
    this.#kernel = new KernelKnowledge(options);
    this.#sweeps = new Sweeps({ ...defaultSweepSettings, ...options.sweeps }, Math.random);
  }

  /** Whether a sweep is on. */
  get isListening(): boolean {
    return this.#isListening;
  }

  get status(): NonNullable<CaptureStatus["older"]> {
    const { extent, reason, connections } = this.#kernel.status;
    const { listenedUs, cutShort } = this.#sweeps.status;
    const why = reason === undefined ? {} : { reason };
    return { conntrack: extent, ...why, connections, listenedSeconds: Math.round(listenedUs / 1e5) / 10, cutShort };
  }

  /** To be called often. */
  advance(nowUs: number, wallUs: number, signal: AbortSignal): void {
    const { dropped, reopened } = this.#options.interfaces;
    const isMoreLost = dropped + reopened > this.#lost;
    this.#lost = dropped + reopened;
    if (isMoreLost) this.#sweeps.noteLoss();
    this.#askKernel(nowUs, isMoreLost, signal);
    this.#sweep(nowUs, wallUs);
  }

  #askKernel(nowUs: number, isMoreLost: boolean, signal: AbortSignal): void {
    const isFirst = this.#askedUs < 0;
    if (!isFirst && !(isMoreLost && nowUs - this.#askedUs >= LOSS_PERIOD_US)) return;
    this.#askedUs = nowUs;
    void this.#kernel.read(signal);
  }

  #sweep(nowUs: number, wallUs: number): void {
    const { interfaces } = this.#options;
    const step = this.#sweeps.decide(nowUs, interfaces.swept);
    if (step === undefined) return;
    this.#isListening = step !== "end";
    if (step === "end") return interfaces.endSweep(wallUs);
    this.#leftOut = this.#heaviest();
    interfaces.beginSweep(this.#leftOut, wallUs);
  }

  /** Views of the heaviest connections that are known already, and those that were left out until now. */
  #heaviest(): TrackedView[] {
    const heavy = this.#options.tracker.heavySegments.take(0).map(({ view }) => view);
    const known = [...new Set([...heavy, ...this.#leftOut])].filter(({ connection }) => isKnown(connection));
    return whatFits(known).map(keep);
  }
}

/** The first of them, as far as a sweep's filter has room. */
function whatFits(views: readonly TrackedView[]): TrackedView[] {
  let room = FILTER_ROOM;
  return views.filter((view) => (room -= roomOf(view)) >= 0);
}

/** It is remembered until the next sweep, and not used again for another. */
function keep(view: TrackedView): TrackedView {
  view.isKept = true;
  view.connection.isKept = true;
  return view;
}

function isKnown({ phase, isAlive }: TrackedConnection): boolean {
  return phase === "open" || (isAlive && phase !== "gone");
}
