import type { Compression } from "./compression.ts";
import type { OctetSource } from "./octet-source.ts";
import { StreamDecoder } from "./stream-decoder.ts";

/** What a decoder is given at once. When it meets a fault, what it had decoded of that is lost. */
const PIECE_OCTETS = 16 * 1024;
const NOTHING = new Uint8Array(0);

/** Compressed octets that can't be undone. */
export class DecompressionFault extends Error {
  override readonly name = "DecompressionFault";
  /** Octets of the file before the piece that holds the fault. */
  readonly pieceStart: number;

  constructor(message: string, pieceStart: number, cause: unknown) {
    super(message, { cause });
    this.pieceStart = pieceStart;
  }
}

export interface DecompressorOptions {
  readonly compression: Compression;
  readonly source: OctetSource;
  /** Octets of the source that have been read already. */
  readonly head?: Uint8Array;
  /** From this octet of the file on, pieces are single octets, and so nothing before a fault is lost. */
  readonly carefulFrom?: number;
}

/** What a compressed file holds. Compressed streams one behind the other are read as one, as gzip and zstd do. */
export class Decompressor implements OctetSource {
  readonly #options: DecompressorOptions;
  readonly #buffer = new Uint8Array(PIECE_OCTETS);
  #decoder: StreamDecoder;
  /** Read from the file, and not given to a decoder yet. */
  #waiting: Uint8Array;
  #piece: Uint8Array = NOTHING;
  /** Octets of the file up to the end of the piece, and up to the beginning of the compressed stream. */
  #pieceEnd = 0;
  #streamStart = 0;
  /** Decoded, and not handed out yet. */
  #decoded: Uint8Array = NOTHING;

  constructor(options: DecompressorOptions) {
    this.#options = options;
    this.#waiting = options.head ?? NOTHING;
    this.#decoder = new StreamDecoder(options.compression.decoder!());
  }

  async read(bytes: Uint8Array, at: number): Promise<number> {
    if (this.#decoded.length === 0) this.#decoded = await this.#decode();
    const part = this.#decoded.subarray(0, bytes.length - at);
    bytes.set(part, at);
    this.#decoded = this.#decoded.subarray(part.length);
    return part.length;
  }

  close(): void {
    this.#decoder.destroy();
    this.#options.source.close();
  }

  /** Empty at the end. */
  async #decode(): Promise<Uint8Array> {
    for (;;) {
      const decoded = await this.#take();
      if (decoded !== undefined) return decoded;
      if (!this.#decoder.hasEnded) await this.#feed();
      else if (!(await this.#beginNextStream())) return NOTHING;
    }
  }

  async #take(): Promise<Uint8Array | undefined> {
    try {
      return await this.#decoder.take();
    } catch (error) {
      throw this.#fault(error);
    }
  }

  async #feed(): Promise<void> {
    await this.#nextPiece();
    if (this.#piece.length === 0) this.#decoder.end();
    else this.#decoder.write(this.#piece);
  }

  /** False where nothing follows but zeros, with which tapes are filled up. */
  async #beginNextStream(): Promise<boolean> {
    const used = this.#streamStart + this.#decoder.usedOctets - this.#pieceStart();
    this.#piece = withoutZeros(this.#piece.subarray(used));
    while (this.#piece.length === 0) {
      await this.#nextPiece();
      if (this.#piece.length === 0) return false;
      this.#piece = withoutZeros(this.#piece);
    }
    this.#streamStart = this.#pieceStart();
    this.#decoder.destroy();
    this.#decoder = new StreamDecoder(this.#options.compression.decoder!());
    this.#decoder.write(this.#piece);
    return true;
  }

  async #nextPiece(): Promise<void> {
    if (this.#waiting.length === 0) {
      const count = await this.#options.source.read(this.#buffer, 0);
      this.#waiting = this.#buffer.subarray(0, count);
    }
    this.#piece = this.#waiting.subarray(0, this.#pieceOctets());
    this.#waiting = this.#waiting.subarray(this.#piece.length);
    this.#pieceEnd += this.#piece.length;
  }

  /** A piece ends where care begins. */
  #pieceOctets(): number {
    const { carefulFrom = Infinity } = this.#options;
    return this.#pieceEnd < carefulFrom ? Math.min(PIECE_OCTETS, carefulFrom - this.#pieceEnd) : 1;
  }

  #pieceStart(): number {
    return this.#pieceEnd - this.#piece.length;
  }

  #fault(error: unknown): DecompressionFault {
    const { name } = this.#options.compression;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === "Z_BUF_ERROR"
        ? `the ${name} data is cut off at octet ${this.#pieceEnd} of the file`
        : `the ${name} data is corrupt at octet ${this.#pieceStart()} of the file: ${message}`;
    return new DecompressionFault(reason, this.#pieceStart(), error);
  }
}

function withoutZeros(octets: Uint8Array): Uint8Array {
  const start = octets.findIndex((octet) => octet !== 0);
  return start === -1 ? NOTHING : octets.subarray(start);
}
