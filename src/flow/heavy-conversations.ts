import type { TrackedView } from "./tracked.ts";

/** One packet in so many is counted: a conversation that is heavy enough to matter does not escape it. */
const SAMPLING = 16;
/** Views counted at once; past it, those seen once so far make room. */
const MAX_VIEWS = 2_048;

export interface HeavyConversation {
  readonly view: TrackedView;
  /** Estimated from the sample. */
  readonly packets: number;
}

interface Sample {
  /** Of the view when it was first counted: it may be used again for another since. */
  serial: number;
  packets: number;
}

/** Which conversations the packets belong to, by a sample of them, so that the hot path pays next to nothing. */
export class HeavyConversations {
  readonly #samples = new Map<TrackedView, Sample>();
  #countdown = SAMPLING;

  note(view: TrackedView): void {
    if (--this.#countdown > 0) return;
    this.#countdown = SAMPLING;
    const sample = this.#samples.get(view);
    if (sample?.serial === view.serial) sample.packets += SAMPLING;
    else this.#begin(view);
  }

  /**
   * Those with at least so many packets since this was last asked, heaviest first; forgets all. Who remembers one of them
   * beyond this moment says so to the TrackedPool by `isKept`.
   */
  take(minPackets: number): readonly HeavyConversation[] {
    const heavy = [...this.#samples]
      .filter(([view, { serial, packets }]) => view.serial === serial && packets >= minPackets)
      .map(([view, { packets }]) => ({ view, packets }))
      .sort((a, b) => b.packets - a.packets);
    this.#samples.clear();
    return heavy;
  }

  #begin(view: TrackedView): void {
    if (this.#samples.size >= MAX_VIEWS) this.#forgetLight();
    this.#samples.set(view, { serial: view.serial, packets: SAMPLING });
  }

  #forgetLight(): void {
    for (const [view, { packets }] of this.#samples) if (packets === SAMPLING) this.#samples.delete(view);
    if (this.#samples.size >= MAX_VIEWS) this.#samples.clear();
  }
}
