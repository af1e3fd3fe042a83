import type { Headers } from "../packet/headers.ts";
import type { TrackedView } from "./tracked.ts";

/** Enough for what several interfaces show of the same milliseconds; a power of two. */
const SLOTS = 4_096;

/** One segment that was seen of a view. */
export interface RecentSegment {
  readonly view: TrackedView;
  /** Whether the view's client sent it. */
  readonly fromClient: boolean;
}

/**
 * The latest TCP segments by their sequence and acknowledgment numbers, which NAT leaves alone. Each pair of numbers
 * has one slot, and the last to come has it; the slots are written over, so that noting a segment makes no garbage.
 */
export class RecentSegments {
  readonly #sequences = new Uint32Array(SLOTS);
  readonly #acknowledgments = new Uint32Array(SLOTS);
  readonly #timesUs = new Float64Array(SLOTS);
  readonly #hopLimits = new Uint8Array(SLOTS);
  readonly #fromClient = new Uint8Array(SLOTS);
  readonly #views: (TrackedView | undefined)[] = Array.from({ length: SLOTS });
  /** Of the views at the time: they may have been used again for others. */
  readonly #serials = new Float64Array(SLOTS);

  /** The segment of which this one is one more view: routers have lowered its hop limit, NAT may have rewritten its ends. */
  find(headers: Headers, joinUs: number): RecentSegment | undefined {
    const slot = slotOf(headers);
    if (this.#sequences[slot] !== headers.tcpSequence) return undefined;
    if (this.#acknowledgments[slot] !== headers.tcpAcknowledgment) return undefined;
    if (this.#hopLimits[slot] === headers.hopLimit) return undefined;
    if (Math.abs(this.#timesUs[slot]! - headers.timeUs) > joinUs) return undefined;
    const view = this.#views[slot];
    if (view === undefined || view.serial !== this.#serials[slot]) return undefined;
    return { view, fromClient: this.#fromClient[slot] === 1 };
  }

  note(headers: Headers, view: TrackedView, fromClient: boolean): void {
    const slot = slotOf(headers);
    this.#sequences[slot] = headers.tcpSequence;
    this.#acknowledgments[slot] = headers.tcpAcknowledgment;
    this.#timesUs[slot] = headers.timeUs;
    this.#hopLimits[slot] = headers.hopLimit;
    this.#fromClient[slot] = Number(fromClient);
    this.#views[slot] = view;
    this.#serials[slot] = view.serial;
  }
}

function slotOf({ tcpSequence, tcpAcknowledgment }: Headers): number {
  const hash = Math.imul(tcpSequence, 0x85ebca6b) ^ Math.imul(tcpAcknowledgment, 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
