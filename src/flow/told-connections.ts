/** A power of two: the ends that are remembered at most, each in the one place that its hash has. */
const PLACES = 16_384;

/**
 * The five-tuples of connections that have ended and were told a short while ago, by their hashes: what still comes of
 * one is a straggler, and makes no connection of its own. Where two have one place the later one is remembered; that two
 * have one hash of thirty bits, and are taken for each other, is as rare as it is harmless.
 */
export class ToldConnections {
  readonly #hashes = new Int32Array(PLACES);
  /** What the clients had chosen; the initial sequence number of TCP, or UNSEEN. */
  readonly #clientTokens = new Float64Array(PLACES);
  readonly #untilUs = new Float64Array(PLACES);

  note(hash: number, clientToken: number, untilUs: number): void {
    const place = hash & (PLACES - 1);
    this.#hashes[place] = hash;
    this.#clientTokens[place] = clientToken;
    this.#untilUs[place] = untilUs;
  }

  has(hash: number, nowUs: number): boolean {
    const place = hash & (PLACES - 1);
    return this.#hashes[place] === hash && nowUs <= this.#untilUs[place]!;
  }

  /** Whether it was this very connection, not an earlier one between the same ends. */
  hasWithToken(hash: number, clientToken: number, nowUs: number): boolean {
    return this.has(hash, nowUs) && this.#clientTokens[hash & (PLACES - 1)] === clientToken;
  }
}
