/** When weir listens to all TCP for a while, to see the connections that are older than itself. */
export interface SweepSettings {
  /** The first sweep: at once, and in one piece. */
  readonly firstUs: number;
  /** Then short ones, until they have listened for this long in all. */
  readonly totalUs: number;
  readonly shortUs: number;
  /** From one short sweep to the next, on average; they come at random, so that nothing periodic hides between. */
  readonly periodUs: number;
  /** After packets were lost: a sweep of this length, and no more than one in this time. */
  readonly lossUs: number;
  readonly lossPeriodUs: number;
  /** More packets than this in a second are too many: the heaviest conversations are left out. */
  readonly maxPacketsPerSecond: number;
  /** The same for the short ones, which come again and again beside whatever the node has to do. */
  readonly maxPacketsPerSecondShort: number;
  /** How often they are, in one sweep, before it gives up; a short one gives up at once, and leaves it to the next. */
  readonly maxNarrowings: number;
}

const SECOND_US = 1_000_000;

export const defaultSweepSettings: SweepSettings = {
  firstUs: 30 * SECOND_US,
  totalUs: 60 * SECOND_US,
  shortUs: SECOND_US,
  periodUs: 15 * SECOND_US,
  lossUs: 10 * SECOND_US,
  lossPeriodUs: 60 * SECOND_US,
  maxPacketsPerSecond: 50_000,
  maxPacketsPerSecondShort: 2_000,
  maxNarrowings: 3,
};

/** What is to be done now. `narrow`: leave out the heaviest conversations. */
export type SweepStep = "begin" | "narrow" | "end";

/** What the sweeps have come to; shown, so that nobody takes silence for absence. */
export interface SweepStatus {
  /** Microseconds listened so far. */
  readonly listenedUs: number;
  /** Sweeps that ended early, for too many packets. */
  readonly cutShort: number;
}

/** Decides by the clock and the packets counted; opens and closes nothing itself. */
export class Sweeps {
  readonly #settings: SweepSettings;
  /** From 0 up to 1. */
  readonly #random: () => number;
  #isOn = false;
  #nextUs = 0;
  #endUs = 0;
  #isShort = false;
  #lookedUs = 0;
  #lookedPackets = 0;
  #narrowings = 0;
  #listenedUs = 0;
  #cutShort = 0;
  #sweptForLossUs = Number.NEGATIVE_INFINITY;
  #isLossPending = false;

  constructor(settings: SweepSettings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
  }

  get status(): SweepStatus {
    return { listenedUs: this.#listenedUs, cutShort: this.#cutShort };
  }

  /** Packets were lost: ends and beginnings of connections may be among them. */
  noteLoss(): void {
    this.#isLossPending = true;
  }

  /** The next step, if it is time for one; `packets` is what sweeps have let through since the start. */
  decide(nowUs: number, packets: number): SweepStep | undefined {
    return this.#isOn ? this.#goOn(nowUs, packets) : this.#begin(nowUs, packets);
  }

  #begin(nowUs: number, packets: number): SweepStep | undefined {
    const lengthUs = this.#lengthUs(nowUs);
    if (lengthUs === 0) return undefined;
    this.#isOn = true;
    this.#endUs = nowUs + lengthUs;
    this.#isShort = lengthUs <= this.#settings.shortUs;
    this.#narrowings = 0;
    this.#lookedUs = nowUs;
    this.#lookedPackets = packets;
    return "begin";
  }

  /** How long a sweep that begins now is to last; 0 for none. */
  #lengthUs(nowUs: number): number {
    const { firstUs, totalUs, shortUs, lossUs, lossPeriodUs } = this.#settings;
    if (this.#isLossPending && nowUs - this.#sweptForLossUs >= lossPeriodUs) {
      this.#isLossPending = false;
      this.#sweptForLossUs = nowUs;
      return lossUs;
    }
    if (nowUs < this.#nextUs || this.#listenedUs >= totalUs) return 0;
    return this.#listenedUs === 0 && this.#cutShort === 0 ? firstUs : shortUs;
  }

  #goOn(nowUs: number, packets: number): SweepStep | undefined {
    const { maxPacketsPerSecond, maxPacketsPerSecondShort } = this.#settings;
    const elapsedUs = nowUs - this.#lookedUs;
    const limit = this.#isShort ? maxPacketsPerSecondShort : maxPacketsPerSecond;
    const isTooMuch = packets - this.#lookedPackets > limit * Math.max(1, elapsedUs / SECOND_US);
    if (isTooMuch) return this.#narrow(nowUs, packets);
    if (nowUs >= this.#endUs) return this.#end(nowUs, packets);
    if (elapsedUs >= SECOND_US) this.#look(nowUs, packets);
    return undefined;
  }

  #narrow(nowUs: number, packets: number): SweepStep {
    if (this.#isShort || this.#narrowings === this.#settings.maxNarrowings) {
      this.#cutShort += 1;
      return this.#end(nowUs, packets);
    }
    this.#narrowings += 1;
    this.#look(nowUs, packets);
    return "narrow";
  }

  #end(nowUs: number, packets: number): SweepStep {
    this.#look(nowUs, packets);
    this.#isOn = false;
    this.#nextUs = nowUs + this.#settings.periodUs * (0.5 + this.#random());
    return "end";
  }

  #look(nowUs: number, packets: number): void {
    this.#listenedUs += nowUs - this.#lookedUs;
    this.#lookedUs = nowUs;
    this.#lookedPackets = packets;
  }
}
