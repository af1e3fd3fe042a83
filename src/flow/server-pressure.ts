import type { TrackedView } from "./tracked.ts";
import { hashEnd } from "./view-index.ts";

/** A power of two. */
const PLACES = 32_768;

/**
 * Which servers are being asked by clients that do not answer. A server whose backlog is full drops requests
 * early or answers with SYN cookies, which it never repeats: then its silence is no sign of an answer.
 * Servers are known by a hash; where two meet in one place, both are doubted, which is safe. Two arrays rather than a
 * map: each connection comes and goes here, and a map of which as many entries go as come is built anew all the time.
 */
export class ServerPressure {
  /** Connections to it that nothing has proved yet. */
  readonly #unproven = new Uint32Array(PLACES);
  /** When it last had to repeat an agreement, to somebody who did not answer; 0 is never. */
  readonly #repeatedUs = new Float64Array(PLACES);
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(view: TrackedView): void {
    this.#unproven[this.#place(view)]! += 1;
  }

  /** One less: proven, or forgotten. */
  remove(view: TrackedView): void {
    const place = this.#place(view);
    if (this.#unproven[place]! > 0) this.#unproven[place]! -= 1;
  }

  noteRepeat(view: TrackedView, timeUs: number): void {
    this.#repeatedUs[this.#place(view)] = timeUs;
  }

  /** Whether it has more than `maxUnproven` open questions, or has had to repeat itself within `memoryUs`. */
  isDoubtful(view: TrackedView, nowUs: number, maxUnproven: number, memoryUs: number): boolean {
    const place = this.#place(view);
    const repeatedUs = this.#repeatedUs[place]!;
    return this.#unproven[place]! > maxUnproven || (repeatedUs > 0 && nowUs - repeatedUs < memoryUs);
  }

  #place(view: TrackedView): number {
    return hashEnd(view.ends, 4, view.ends[9]!, this.#seed) & (PLACES - 1);
  }
}
