/** Less than this is the clock being disciplined, or we being late; more is a step. */
const STEP_US = 500_000;

export interface ClockSources {
  /** Microseconds since 1970, as the machine believes: what the kernel stamps packets with. May step either way. */
  readonly wallUs: () => number;
  /** Microseconds since whenever; never steps. */
  readonly monotonicUs: () => number;
}

export const systemClocks: ClockSources = {
  wallUs: () => Date.now() * 1000,
  monotonicUs: () => performance.now() * 1000,
};

/**
 * Time for the flow stage that never steps, though somebody sets the machine's clock: it is the wall clock as it
 * was at the start, and goes on by the monotonic one. Timeouts are judged by it; what is told bears the
 * wall's time again, as it is at that moment, so that a wrong clock that is set right is told right.
 */
export class SteadyClock {
  readonly #sources: ClockSources;
  readonly #originUs: number;
  #steppedUs = 0;
  /** As it was before the last step: what was stamped before it may be read after it. */
  #formerlyUs = 0;
  #steps = 0;

  constructor(sources: ClockSources = systemClocks) {
    this.#sources = sources;
    this.#originUs = sources.wallUs() - sources.monotonicUs();
  }

  /** How often the wall clock was set. */
  get steps(): number {
    return this.#steps;
  }

  /** Whole microseconds: it becomes a time that is told. */
  nowUs(): number {
    return Math.round(this.#originUs + this.#sources.monotonicUs());
  }

  /** Of a packet that was stamped by the wall clock; to be asked soon after. */
  ofPacket(stampUs: number, nowUs: number): number {
    const timeUs = stampUs - this.#steppedUs;
    // Rarely far from now: a ring that was not read for long, or a clock that was set.
    return Math.abs(nowUs - timeUs) < STEP_US ? timeUs : this.#settle(stampUs);
  }

  /** By how much the wall clock has been set forward since the start: to be added to what is told. */
  get steppedUs(): number {
    return this.#steppedUs;
  }

  #settle(stampUs: number): number {
    const nowUs = this.nowUs();
    this.followWall();
    // Stamped before the step or after it: whichever is nearer to now, and not to come.
    const times = [stampUs - this.#formerlyUs, stampUs - this.#steppedUs];
    const candidates = times.filter((timeUs) => timeUs < nowUs + STEP_US);
    return candidates.length === 0 ? nowUs : Math.max(...candidates);
  }

  /** Looks whether the wall clock was set. */
  followWall(): void {
    const steppedUs = this.#sources.wallUs() - this.nowUs();
    if (Math.abs(steppedUs - this.#steppedUs) < STEP_US) return;
    this.#formerlyUs = this.#steppedUs;
    this.#steppedUs = steppedUs;
    this.#steps += 1;
  }
}
