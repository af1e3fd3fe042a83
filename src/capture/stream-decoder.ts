import type { Decoder } from "./compression.ts";

/**
 * Drives a decoder of node:zlib by hand, a piece in and what it made of that out, because a stream in a pipeline throws
 * away what it has decoded when it meets a fault. Memory is constant: it pauses until what it decoded has been taken.
 */
export class StreamDecoder {
  readonly #decoder: Decoder;
  readonly #decoded: Uint8Array[] = [];
  #isBusy = false;
  #givenOctets = 0;
  #hasEnded = false;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
    decoder.on("data", (octets: Uint8Array) => {
      decoder.pause();
      this.#decoded.push(octets);
      this.#wake();
    });
    decoder.on("end", () => {
      this.#hasEnded = true;
      this.#wake();
    });
    decoder.on("error", (error) => this.#rest(error));
  }

  /** Whether the compressed stream is over, maybe before the end of the last piece. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** How many octets of all pieces have been used. */
  get usedOctets(): number {
    return this.#decoder.bytesWritten;
  }

  /** The next piece, when take() has said that it wants one. */
  write(piece: Uint8Array): void {
    this.#isBusy = true;
    this.#givenOctets += piece.length;
    this.#decoder.write(piece, (error) => this.#rest(error ?? undefined));
  }

  /** There is no other piece. */
  end(): void {
    this.#isBusy = true;
    this.#decoder.end();
  }

  /** Decoded octets; undefined when it has ended or wants a piece. Throws the decoder's error after all before it was taken. */
  async take(): Promise<Uint8Array | undefined> {
    for (;;) {
      const decoded = this.#decoded.shift();
      if (decoded !== undefined) return decoded;
      if (this.#error !== undefined) throw this.#error;
      if (this.#hasEnded || this.#isHungry()) return undefined;
      await this.#change();
    }
  }

  destroy(): void {
    this.#decoder.destroy();
  }

  /** One that has left octets unused is about to say that its stream has ended. */
  #isHungry(): boolean {
    return !this.#isBusy && this.#decoder.readableLength === 0 && this.usedOctets === this.#givenOctets;
  }

  #rest(error: Error | undefined): void {
    this.#isBusy = false;
    this.#error ??= error;
    this.#wake();
  }

  /** Nothing is told before this returns: a stream that resumes does so on the next tick. */
  #change(): Promise<void> {
    this.#decoder.resume();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
