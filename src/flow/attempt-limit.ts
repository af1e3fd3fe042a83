import type { FlowEvent } from "./connection.ts";

const FAILED: ReadonlySet<string> = new Set(["refused", "unanswered", "half-open"]);

/** So much of the rate is saved up: what fails all at once, for it was asked all at once, is no flood. */
const SAVED_SECONDS = 4;

/**
 * Failed attempts are told one by one up to a rate, past which they are only counted: a flood of them would
 * keep the reader from what was established, and profiles keep no more of them anyway.
 */
export class AttemptLimit {
  readonly #perSecond: number;
  #left: number;
  #sinceUs: number | undefined;
  #untold = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond * SAVED_SECONDS;
  }

  /** Failed attempts not told, since the start. */
  get untold(): number {
    return this.#untold;
  }

  admits(event: FlowEvent): boolean {
    if (event.kind !== "closed" || !FAILED.has(event.connection.outcome)) return true;
    if (this.#left > 0) {
      this.#left -= 1;
      return true;
    }
    this.#untold += 1;
    return false;
  }

  /** Time has passed. */
  refill(nowUs: number): void {
    const elapsedUs = nowUs - (this.#sinceUs ?? nowUs);
    this.#sinceUs = nowUs;
    this.#left = Math.min(this.#left + (elapsedUs * this.#perSecond) / 1_000_000, this.#perSecond * SAVED_SECONDS);
  }
}
