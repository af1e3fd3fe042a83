import type { CaptureStatus, Connection } from "../flow/connection.ts";
import { defaultFlowSettings } from "../flow/flow-settings.ts";
import { type Counts, lostConnections } from "./interval-loss.ts";

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
  /** Connections told meanwhile, and those lost, as far as the counts above let one estimate; not told by earlier versions. */
  readonly told?: number;
  readonly lost?: number;
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

const NO_COUNTS: Counts = { packets: 0, dropped: 0, sampledOut: 0, overflowed: 0, evicted: 0 };
const NO_LOSSES: Losses = { ...withoutPackets(NO_COUNTS), restarts: 0, unwatchedUs: 0, told: 0, lost: 0 };

/** The window while it widens, over restarts of capture and of the agent. */
export class ObservedWindow {
  #window: Window = { sinceUs: null, untilUs: null, losses: null, older: null };
  #lastStatus: CaptureStatus | undefined;
  /** Until when anybody surely watched. */
  #watchedUs: number | undefined;
  /** Connections since the last status. */
  #told = 0;

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

  /** A connection that was told, by when it began and ended. */
  addConnection({ startUs, endUs }: Pick<Connection, "startUs" | "endUs">): void {
    this.#told += 1;
    this.widen(startUs, endUs);
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
    this.#told = 0;
    this.widen(status.timeUs, status.timeUs);
  }

  #addLosses(losses: Losses, status: CaptureStatus): Losses {
    const isAnew = this.#lastStatus === undefined || isOfNewCapture(status, this.#lastStatus);
    const before = isAnew || this.#lastStatus === undefined ? NO_COUNTS : this.#lastStatus;
    const since = countsSince(status, before);
    const isRestart = isAnew && this.#watchedUs !== undefined;
    const unwatchedUs = isRestart ? Math.max(0, status.timeUs - this.#watchedUs!) + UNTOLD_US : 0;
    const told = this.#told;
    const lost = lostConnections(since, told);
    return addLosses(losses, { ...withoutPackets(since), restarts: Number(isRestart), unwatchedUs, told, lost });
  }
}

function countsSince(now: Counts, before: Counts): Counts {
  return {
    packets: now.packets - before.packets,
    dropped: now.dropped - before.dropped,
    sampledOut: now.sampledOut - before.sampledOut,
    overflowed: now.overflowed - before.overflowed,
    evicted: now.evicted - before.evicted,
  };
}

function withoutPackets({ dropped, sampledOut, overflowed, evicted }: Counts): Omit<Counts, "packets"> {
  return { dropped, sampledOut, overflowed, evicted };
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
  return a === null || b === null ? (a ?? b) : addLosses(a, b);
}

function addLosses(a: Losses, b: Losses): Losses {
  return {
    dropped: a.dropped + b.dropped,
    sampledOut: a.sampledOut + b.sampledOut,
    overflowed: a.overflowed + b.overflowed,
    evicted: a.evicted + b.evicted,
    restarts: a.restarts + b.restarts,
    unwatchedUs: a.unwatchedUs + b.unwatchedUs,
    told: (a.told ?? 0) + (b.told ?? 0),
    lost: lostOf(a) + lostOf(b),
  };
}

/** Where only packets and events were told, each is taken for a connection. */
export function lostOf({ lost, dropped, sampledOut, overflowed, evicted }: Losses): number {
  return lost ?? dropped + sampledOut + overflowed + evicted;
}
