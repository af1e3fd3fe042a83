import type { Headers } from "../packet/headers.ts";
import type { TrackedView } from "./tracked.ts";

/** Enough for what several interfaces show of the same milliseconds; a power of two. */
const SLOTS = 4_096;

export interface RecentSegment {
  sequence: number;
  acknowledgment: number;
  hopLimit: number;
  timeUs: number;
  /** The view that showed it, and whether its client sent it. */
  view: TrackedView | undefined;
  fromClient: boolean;
}

/**
 * The latest TCP segments by their sequence and acknowledgment numbers, which NAT leaves alone. Each pair of numbers
 * has one slot, and the last to come has it; the slots are written over, so that noting a segment makes no garbage.
 */
export class RecentSegments {
  readonly #slots: readonly RecentSegment[] = Array.from({ length: SLOTS }, () => ({
    sequence: 0,
    acknowledgment: 0,
    hopLimit: 0,
    timeUs: 0,
    view: undefined,
    fromClient: false,
  }));

  /** The slot of a segment's numbers. What is in it may be another segment: ask isSameSegment. */
  slot({ tcpSequence, tcpAcknowledgment }: Headers): RecentSegment {
    const hash = Math.imul(tcpSequence, 0x85ebca6b) ^ Math.imul(tcpAcknowledgment, 0xc2b2ae35);
    return this.#slots[(hash ^ (hash >>> 15)) & (SLOTS - 1)]!;
  }
}

/** Whether this is one more view of that segment: routers have lowered its hop limit, NAT may have rewritten its ends. */
export function isSameSegment(recent: RecentSegment, headers: Headers, joinUs: number): boolean {
  return (
    recent.view !== undefined &&
    recent.sequence === headers.tcpSequence &&
    recent.acknowledgment === headers.tcpAcknowledgment &&
    recent.hopLimit !== headers.hopLimit &&
    Math.abs(recent.timeUs - headers.timeUs) <= joinUs
  );
}
