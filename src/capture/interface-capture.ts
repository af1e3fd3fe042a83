import { CaptureFault } from "./capture-fault.ts";
import type { Frame, FrameSink } from "./frame.ts";
import { FrameMerge } from "./frame-merge.ts";
import { type LiveOptions, LiveSession } from "./live-session.ts";
import { Overlap } from "./overlap.ts";

/** How far two rings of one interface may be apart: a block's timeout and the time between two readings, twice. */
const HOLD_US = 300_000;
/** How long two sessions see the same before the one takes over: at least twice the block's timeout. */
const OVERLAP_US = 250_000;
/** How long the new one is then still looked at for packets that the old one told. */
const OVERLAP_MEMORY_US = 1_000_000;
/** A sweep needs headers only, and may lose packets. */
const SWEEP_SNAP_LENGTH = 192;
const SWEEP_RING_OCTETS = 1024 * 1024;
/** Held back for the order, as a share of the ring and at its usual size a packet; what does not fit is handed over early. */
const MERGE_SHARE = 1 / 4;
const OCTETS_PER_FRAME = 96;

interface Successor {
  readonly session: LiveSession;
  readonly takesOverUs: number;
}

/**
 * One interface, through a session whose filter can be exchanged without a gap, and beside it for a while a
 * second session, the sweep, whose packets come in between in the order of their times.
 */
export class InterfaceCapture {
  readonly interfaceName: string;
  readonly ringOctets: number;
  readonly #options: LiveOptions;
  readonly #onFrame: FrameSink;
  #main: LiveSession;
  #successor: Successor | undefined;
  /** What the old session told, from the successor's opening until this time. */
  #overlap: Overlap | undefined;
  #overlapUntilUs = 0;
  #sweep: LiveSession | undefined;
  /** Made for the first sweep, and used again. */
  #merge: FrameMerge | undefined;
  #isMerging = false;
  #sweepEndedUs = 0;
  #swept = 0;
  /** Of main sessions that are closed. */
  #past = { received: 0, dropped: 0 };

  /** Opens at once; throws CaptureFault. */
  constructor(interfaceName: string, options: LiveOptions, onFrame: FrameSink) {
    this.interfaceName = interfaceName;
    this.ringOctets = options.ringOctets;
    this.#options = options;
    this.#onFrame = onFrame;
    this.#main = new LiveSession(interfaceName, options, (frame) => this.#onMain(frame));
  }

  /** Packets that sweeps let through since the start. */
  get swept(): number {
    return this.#swept;
  }

  /**
   * Hands over at most so many of the packets that wait in each ring, and says how many the fullest had; -1
   * where the interface has gone. `nowUs` is the wall's clock; infinity hands over what is held back as well.
   */
  read(atMost: number, nowUs: number): number {
    const count = this.#main.read(atMost);
    if (count === -1) return -1;
    const sweptBefore = this.#swept;
    if (this.#sweep?.read(atMost) === -1) this.endSweep(nowUs);
    this.#release(nowUs);
    if (count < atMost) this.#takeOver(nowUs);
    return Math.max(count, this.#swept - sweptBefore);
  }

  /** Of the main session, over all its filters. */
  stats(): { readonly received: number; readonly dropped: number } {
    const { received, dropped } = this.#main.stats();
    return { received: this.#past.received + received, dropped: this.#past.dropped + dropped };
  }

  /** Listens, beside the main session, to what passes this filter, instead of to what a sweep listened to before. */
  beginSweep(filter: string, nowUs: number): void {
    this.endSweep(nowUs);
    const ringOctets = Math.min(this.ringOctets, SWEEP_RING_OCTETS);
    const options = { ...this.#options, filter, snapLength: SWEEP_SNAP_LENGTH, ringOctets };
    this.#sweep = this.#tryOpen(options, (frame) => this.#onSwept(frame));
    if (this.#sweep === undefined) return;
    this.#merge ??= makeMerge(this.ringOctets, this.#onFrame);
    this.#isMerging = true;
  }

  endSweep(nowUs: number): void {
    if (this.#sweep === undefined) return;
    this.#sweep.close();
    this.#sweep = undefined;
    this.#sweepEndedUs = nowUs;
  }

  /**
   * Exchanges the main session's filter: nothing that passes both is lost or told twice. The new session is
   * open for a while before the old one closes, and its ring waits until then.
   */
  exchangeFilter(filter: string, nowUs: number): void {
    if (this.#successor !== undefined) return;
    const session = this.#tryOpen({ ...this.#options, filter }, (frame) => this.#onMain(frame));
    if (session === undefined) return;
    this.#overlap = new Overlap();
    this.#successor = { session, takesOverUs: nowUs + OVERLAP_US };
  }

  /** May be called from within `onFrame` too: no more packets come. */
  close(): void {
    this.#sweep?.close();
    this.#successor?.session.close();
    this.#main.close();
  }

  /** Of the main session as it is now. */
  #onMain(frame: Frame): void {
    if (this.#successor !== undefined) this.#overlap?.note(frame);
    else if (this.#overlap?.takes(frame) === true) return;
    if (this.#isMerging) this.#merge?.add(0, frame);
    else this.#onFrame(frame);
  }

  #onSwept(frame: Frame): void {
    this.#swept += 1;
    this.#merge?.add(1, frame);
  }

  #release(nowUs: number): void {
    if (this.#merge === undefined || !this.#isMerging) return;
    const isOver = this.#sweep === undefined && nowUs - this.#sweepEndedUs >= HOLD_US;
    // A clock that was set back must not hold packets until it has caught up.
    const isAhead = this.#merge.timeUs > nowUs + HOLD_US;
    this.#merge.release(isOver || isAhead ? Number.POSITIVE_INFINITY : nowUs - HOLD_US);
    if (isOver) this.#isMerging = false;
  }

  /** Lets the successor take over when it is time, and forgets what the old session told when that is past. */
  #takeOver(nowUs: number): void {
    if (this.#successor !== undefined && nowUs >= this.#successor.takesOverUs) {
      this.#past = this.stats();
      this.#main.close();
      this.#main = this.#successor.session;
      this.#successor = undefined;
      this.#overlapUntilUs = nowUs + OVERLAP_MEMORY_US;
    } else if (this.#successor === undefined && nowUs >= this.#overlapUntilUs) this.#overlap = undefined;
  }

  /** Undefined where it can't be opened: the interface may be going, and the main session tells. */
  #tryOpen(options: LiveOptions, onFrame: FrameSink): LiveSession | undefined {
    try {
      return new LiveSession(this.interfaceName, options, onFrame);
    } catch (error) {
      if (error instanceof CaptureFault) return undefined;
      throw error;
    }
  }
}

function makeMerge(ringOctets: number, onFrame: FrameSink): FrameMerge {
  const maxOctets = Math.floor(ringOctets * MERGE_SHARE);
  return new FrameMerge({ maxFrames: Math.ceil(maxOctets / OCTETS_PER_FRAME), maxOctets, onFrame });
}
