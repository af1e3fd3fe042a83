/** So many beats must be missing, a second apart from each other. */
const MISSING_BEATS = 5;
const FIRST_PATIENCE_US = 5_000_000;
const MAX_PATIENCE_US = 60_000_000;

/** Counts since the start. */
export interface Heard {
  /** Heartbeats sent. */
  readonly sent: number;
  /** Packets delivered. */
  readonly packets: number;
  /** Packets that the kernel had no room for: a heartbeat may be among them. */
  readonly dropped: number;
}

/**
 * Judges by heartbeats whether a capture still works. Missing beats mean nothing while the kernel drops packets and
 * others arrive: that is overload, which is told as such.
 */
export class Silence {
  #isSilent = false;
  #lastUs: number | undefined;
  #last: Heard = { sent: 0, packets: 0, dropped: 0 };
  #patienceUs = FIRST_PATIENCE_US;

  /** Whether the last that was known is that nothing comes through. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** A beat of ours came back. */
  onBeat(nowUs: number, now: Heard): void {
    this.#isSilent = false;
    this.#patienceUs = FIRST_PATIENCE_US;
    this.#remember(nowUs, now);
  }

  /** True when it is time to open the capture anew: at first after 5 s, then less and less often. */
  isOver(nowUs: number, now: Heard): boolean {
    if (this.#lastUs === undefined) this.#remember(nowUs, now);
    const isMissing = now.sent - this.#last.sent >= MISSING_BEATS && nowUs - this.#lastUs! >= this.#patienceUs;
    if (!isMissing) return false;
    const isOverload = now.dropped > this.#last.dropped && now.packets > this.#last.packets;
    this.#remember(nowUs, now);
    if (isOverload) return false;
    this.#isSilent = true;
    this.#patienceUs = Math.min(this.#patienceUs * 2, MAX_PATIENCE_US);
    return true;
  }

  #remember(nowUs: number, now: Heard): void {
    this.#lastUs = nowUs;
    this.#last = now;
  }
}
