import type { Frame } from "./frame.ts";

/** At 500,000 packets a second an overlap of a quarter of a second; past it some may be told twice. */
const MAX_KNOWN = 131_072;
/** Headers and the beginning of the payload: more does not tell one packet better from another. */
const DIGEST_OCTETS = 128;

/**
 * The packets that two sessions on one interface both saw, while the one took over from the other. The two
 * copies have the same octets, and times that differ by what the kernel needs from one socket to the next. So
 * what the old session told is noted, and each note takes one equal packet from the new one.
 */
export class Overlap {
  readonly #notes = new Map<number, number>();

  /** A packet that the old session told. */
  note(frame: Frame): void {
    if (this.#notes.size >= MAX_KNOWN) return;
    const digest = digestOf(frame);
    this.#notes.set(digest, (this.#notes.get(digest) ?? 0) + 1);
  }

  /** Whether the old session told this packet of the new one. */
  takes(frame: Frame): boolean {
    const digest = digestOf(frame);
    const count = this.#notes.get(digest);
    if (count === undefined) return false;
    if (count === 1) this.#notes.delete(digest);
    else this.#notes.set(digest, count - 1);
    return true;
  }
}

/** Two rounds of FNV-1a with different bases, 53 bits of them: two packets of one overlap do not meet by chance. */
function digestOf({ bytes, start, end, originalLength }: Frame): number {
  let low = 0x811c9dc5 ^ originalLength;
  let high = 0x01234567;
  const last = Math.min(end, start + DIGEST_OCTETS);
  for (let at = start; at < last; at++) {
    low = Math.imul(low ^ bytes[at]!, 0x01000193);
    high = Math.imul(high ^ bytes[at]!, 0x5bd1e995) ^ (high >>> 15);
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}
