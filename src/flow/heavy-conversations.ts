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

/** Which conversations the packets belong to, by a sample of them, so that the hot path pays next to nothing. */
export class HeavyConversations {
  readonly #samples = new Map<TrackedView, number>();
  #countdown = SAMPLING;

  note(view: TrackedView): void {
    if (--this.#countdown > 0) return;
    this.#countdown = SAMPLING;
    if (this.#samples.size >= MAX_VIEWS) this.#forgetLight();
    view.isKept = true;
    view.connection.isKept = true;
    this.#samples.set(view, (this.#samples.get(view) ?? 0) + 1);
  }

  /** Those with at least so many packets since this was last asked, heaviest first; forgets all. */
  take(minPackets: number): readonly HeavyConversation[] {
    const heavy = [...this.#samples]
      .map(([view, samples]) => ({ view, packets: samples * SAMPLING }))
      .filter(({ packets }) => packets >= minPackets)
      .sort((a, b) => b.packets - a.packets);
    this.#samples.clear();
    return heavy;
  }

  #forgetLight(): void {
    for (const [view, samples] of this.#samples) if (samples === 1) this.#samples.delete(view);
    if (this.#samples.size >= MAX_VIEWS) this.#samples.clear();
  }
}
