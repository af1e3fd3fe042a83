import type { Compression } from "./compression.ts";
import { DecompressionFault, Decompressor } from "./decompressor.ts";
import type { FileSource } from "./file-source.ts";
import type { OctetSource } from "./octet-source.ts";

/**
 * What a compressed file holds, up to the very octet at which it is corrupt: a decoder keeps to itself what it decoded
 * of the piece in which it meets a fault, and so the file is read a second time, octet by octet from there on.
 * A pipe can't be read twice; of it the last packets before a fault may be lost.
 */
export class SecondReading implements OctetSource {
  readonly #compression: Compression;
  readonly #source: FileSource;
  #decompressor: Decompressor;
  #deliveredOctets = 0;
  #isSecond = false;

  constructor(compression: Compression, source: FileSource, head: Uint8Array) {
    this.#compression = compression;
    this.#source = source;
    this.#decompressor = new Decompressor({ compression, source, head });
  }

  async read(bytes: Uint8Array, at: number): Promise<number> {
    try {
      return this.#delivered(await this.#decompressor.read(bytes, at));
    } catch (error) {
      if (!(error instanceof DecompressionFault) || this.#isSecond || !this.#source.canRewind) throw error;
      await this.#readAgain(error.pieceStart, bytes.subarray(at));
      return this.#delivered(await this.#decompressor.read(bytes, at));
    }
  }

  close(): void {
    this.#decompressor.close();
  }

  #delivered(count: number): number {
    this.#deliveredOctets += count;
    return count;
  }

  /** As far as the first reading came; `scratch` is overwritten. */
  async #readAgain(carefulFrom: number, scratch: Uint8Array): Promise<void> {
    this.#isSecond = true;
    this.#source.rewind();
    this.#decompressor = new Decompressor({ compression: this.#compression, source: this.#source, carefulFrom });
    for (let left = this.#deliveredOctets; left > 0;) {
      const count = await this.#decompressor.read(scratch.subarray(0, left), 0);
      if (count === 0) throw new Error("the file has changed while it was read");
      left -= count;
    }
  }
}
