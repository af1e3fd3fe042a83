/** Enough for a DNS message of several segments, and for a ClientHello with a post-quantum key share. */
const MAX_OCTETS = 16_384;
const MAX_AHEAD = 4;

interface Piece {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** One direction of a TCP connection put together in order, as far as a message that is awaited reaches. Bounded. */
export class StreamStart {
  #next: number;
  #bytes: Uint8Array = new Uint8Array(0);
  /** Pieces that came before what they follow. */
  #ahead: Piece[] = [];

  /** `sequence` is that of the first octet awaited. */
  constructor(sequence: number) {
    this.#next = sequence;
  }

  /** All that follows without a gap, from the first octet that was not taken yet. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Copies the piece. False where it is more than is kept: give the stream up. */
  add(sequence: number, bytes: Uint8Array): boolean {
    if (this.#isAhead(sequence)) {
      this.#ahead.push({ sequence, bytes: Uint8Array.from(bytes) });
      return this.#ahead.length <= MAX_AHEAD;
    }
    this.#append({ sequence, bytes });
    this.#ahead.sort((a, b) => (a.sequence - b.sequence) | 0);
    this.#ahead = this.#ahead.filter((piece) => this.#isAhead(piece.sequence) || !this.#append(piece));
    return this.#bytes.length <= MAX_OCTETS;
  }

  /** Takes so many octets off the front. */
  take(octets: number): void {
    this.#bytes = this.#bytes.subarray(octets);
  }

  #isAhead(sequence: number): boolean {
    return ((sequence - this.#next) | 0) > 0;
  }

  /** What of it is new; true, so that a filter can do it. */
  #append({ sequence, bytes }: Piece): true {
    const fresh = bytes.subarray((this.#next - sequence) >>> 0);
    if (fresh.length === 0) return true;
    const all = new Uint8Array(this.#bytes.length + fresh.length);
    all.set(this.#bytes);
    all.set(fresh, this.#bytes.length);
    this.#bytes = all;
    this.#next = (this.#next + fresh.length) >>> 0;
    return true;
  }
}
