import type { CaptureStatus } from "../flow/connection.ts";
import { defaultFlowSettings } from "../flow/flow-settings.ts";

/**
 * What has ended for so short a time a capture has not told yet, and takes with it when it is killed: the wait for late
 * packets, the ring's delay, and what a status is old, rounded up.
 */
const UNTOLD_US = defaultFlowSettings.lingerUs + 1_000_000;

/** What was done to know the connections that were open before anybody watched; as capture said it last. */
export type OlderConnections = NonNullable<CaptureStatus["older"]>;

/** Where capture did not see, or could not tell: summed over all captures since the first. */
export interface Losses {
  /** Packets that the kernel had no room for. */
  readonly dropped: number;
  /** Packets that were read but left out, for there were more than the budget allows. */
  readonly sampledOut: number;
  /** Events that the agent was too slow to take. */
  readonly overflowed: number;
  /** Connections that were forgotten for want of room. */
  readonly evicted: number;
  /** Times that capture began anew, and how long nobody watched meanwhile, with what the one before can't have told. */
  readonly restarts: number;
  readonly unwatchedUs: number;
}

/** What the whole book was seen through: the same for each profile in it. */
export interface Window {
  /** Microseconds since the epoch; null before anything was watched. */
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
  /** Null where capture has not said. */
  readonly losses: Losses | null;
  readonly older: OlderConnections | null;
}

const NO_LOSSES: Losses = { dropped: 0, sampledOut: 0, overflowed: 0, evicted: 0, restarts: 0, unwatchedUs: 0 };

/** The window while it widens, over restarts of capture and of the agent. */
export class ObservedWindow {
  #window: Window = { sinceUs: null, untilUs: null, losses: null, older: null };
  #lastStatus: CaptureStatus | undefined;
  /** Until when anybody surely watched. */
  #watchedUs: number | undefined;

  get now(): Window {
    return this.#window;
  }

  /** How long anybody watched, without the times between captures. */
  get watchedMs(): number {
    const { sinceUs, untilUs, losses } = this.#window;
    if (sinceUs === null || untilUs === null) return 0;
    return Math.max(0, (untilUs - sinceUs - (losses?.unwatchedUs ?? 0)) / 1000);
  }

  /** Adds what the store kept to what has been watched since. */
  restore({ sinceUs, untilUs, losses, older }: Window): void {
    this.#watchedUs ??= untilUs ?? undefined;
    const { losses: own, older: latest } = this.#window;
    this.#window = { ...this.#window, losses: sumLosses(losses, own), older: latest ?? older };
    if (sinceUs !== null && untilUs !== null) this.widen(sinceUs, untilUs);
  }

  widen(fromUs: number, untilUs: number): void {
    const { sinceUs, untilUs: last } = this.#window;
    this.#window = {
      ...this.#window,
      sinceUs: Math.min(sinceUs ?? fromUs, fromUs),
      untilUs: Math.max(last ?? untilUs, untilUs),
    };
  }

  addStatus(status: CaptureStatus): void {
    const losses = this.#addLosses(this.#window.losses ?? NO_LOSSES, status);
    this.#window = { ...this.#window, losses, older: status.older ?? this.#window.older };
    this.#lastStatus = status;
    this.#watchedUs = status.timeUs;
    this.widen(status.timeUs, status.timeUs);
  }

  #addLosses(losses: Losses, status: CaptureStatus): Losses {
    const isAnew = this.#lastStatus === undefined || isOfNewCapture(status, this.#lastStatus);
    const before = isAnew || this.#lastStatus === undefined ? NO_LOSSES : this.#lastStatus;
    const isRestart = isAnew && this.#watchedUs !== undefined;
    return {
      dropped: losses.dropped + status.dropped - before.dropped,
      sampledOut: losses.sampledOut + status.sampledOut - before.sampledOut,
      overflowed: losses.overflowed + status.overflowed - before.overflowed,
      evicted: losses.evicted + status.evicted - before.evicted,
      restarts: losses.restarts + Number(isRestart),
      unwatchedUs: losses.unwatchedUs + (isRestart ? Math.max(0, status.timeUs - this.#watchedUs!) + UNTOLD_US : 0),
    };
  }
}

/** Capture says when it began, and counts from its own start: a lower count than before is a new capture's. */
function isOfNewCapture(status: CaptureStatus, before: CaptureStatus): boolean {
  return (
    status.startedUs !== before.startedUs ||
    status.packets < before.packets ||
    status.dropped < before.dropped ||
    status.sampledOut < before.sampledOut ||
    status.overflowed < before.overflowed ||
    status.evicted < before.evicted
  );
}

/** What two have lost, each its own. */
export function sumLosses(a: Losses | null, b: Losses | null): Losses | null {
  if (a === null || b === null) return a ?? b;
  return {
    dropped: a.dropped + b.dropped,
    sampledOut: a.sampledOut + b.sampledOut,
    overflowed: a.overflowed + b.overflowed,
    evicted: a.evicted + b.evicted,
    restarts: a.restarts + b.restarts,
    unwatchedUs: a.unwatchedUs + b.unwatchedUs,
  };
}
