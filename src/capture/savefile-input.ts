import type { Compression } from "./compression.ts";
import { FileSource } from "./file-source.ts";
import type { ReadProgress } from "./file-source.ts";
import type { OctetSource } from "./octet-source.ts";
import { SavefileFault } from "./savefile-fault.ts";
import { SecondReading } from "./second-reading.ts";

const CHUNK_OCTETS = 2 ** 20;
/** What tells the format of a file. */
const MAGIC_OCTETS = 4;

/**
 * An open savefile seen through one buffer, which packets are read from where they lie. It grows only for a
 * block longer than a chunk; the readers of the formats bound what they ask for. What is there is read without waiting
 * (`has`); where more is needed, `fill` is awaited and the reader begins anew at `position`.
 */
export class SavefileInput {
  bytes = new Uint8Array(CHUNK_OCTETS);
  view = new DataView(this.bytes.buffer);
  /** Index in `bytes` of the next octet to be read. */
  position = 0;
  /** How many packets have been read. */
  packets = 0;
  readonly #file: string;
  readonly #fileSource: FileSource;
  #source: OctetSource;
  #end = 0;
  #wanted = MAGIC_OCTETS;
  #isDrained = false;
  /** Octets of the capture before those in `bytes`. */
  #octetsBefore = 0;

  constructor(file: string, source: FileSource) {
    this.#file = file;
    this.#fileSource = source;
    this.#source = source;
  }

  get isRegularFile(): boolean {
    return this.#fileSource.canRewind;
  }

  /**
   * Whether `length` octets can be read from `skipped` behind `position` on. If not, they are to be awaited, or the file
   * has ended where `position` is. Throws where it has ended in the midst of `what`.
   */
  has(length: number, what: string, skipped = 0): boolean {
    const left = this.#end - this.position - skipped;
    if (left >= length) return true;
    if (this.#isDrained && left + skipped > 0) {
      throw this.fault(`${what} is cut off: ${length} octets promised, ${left} left`, skipped);
    }
    this.#wanted = skipped + length;
    return false;
  }

  /** Reads on, moving what is left to the front of the buffer. False at the end of the file. */
  async fill(): Promise<boolean> {
    this.#makeRoom(this.#wanted);
    while (!this.#isDrained && this.#end < this.#wanted) {
      const count = await this.#read();
      this.#isDrained = count === 0;
      this.#end += count;
    }
    return this.#end > 0;
  }

  /** What was read so far is compressed: from here on its content is read. */
  decompress(compression: Compression): void {
    const head = this.bytes.slice(this.position, this.#end);
    this.#source = new SecondReading(compression, this.#fileSource, head);
    this.position = 0;
    this.#end = 0;
    this.#isDrained = false;
    this.#wanted = MAGIC_OCTETS;
  }

  /** Of the octet at `skipped` behind `position`. */
  fault(reason: string, skipped = 0): SavefileFault {
    return new SavefileFault(this.#file, this.#place(skipped), reason);
  }

  close(): void {
    this.#source.close();
  }

  #place(skipped: number) {
    const octet = this.#octetsBefore + this.position + skipped;
    return { packet: this.packets + 1, octet, isCompressed: this.#source !== this.#fileSource };
  }

  #makeRoom(length: number): void {
    const kept = this.bytes.subarray(this.position, this.#end);
    if (length > this.bytes.length) {
      this.bytes = new Uint8Array(length);
      this.view = new DataView(this.bytes.buffer);
    }
    this.bytes.set(kept);
    this.#octetsBefore += this.position;
    this.#end = kept.length;
    this.position = 0;
  }

  async #read(): Promise<number> {
    try {
      return await this.#source.read(this.bytes, this.#end);
    } catch (error) {
      // A directory can be opened; that it can't be read shows only here, and no packet is to blame.
      const isFirst = this.#octetsBefore + this.#end === 0 && this.#source === this.#fileSource;
      const place = isFirst ? undefined : this.#place(this.#end);
      throw new SavefileFault(this.#file, place, failureReason(error), { cause: error });
    }
  }
}

/** Opens a savefile, or standard input for `-`. Throws a SavefileFault without a packet number where that fails. */
export function openInput(path: string, onProgress?: ReadProgress): SavefileInput {
  const file = path === "-" ? "standard input" : path;
  try {
    return new SavefileInput(file, new FileSource(path, onProgress));
  } catch (error) {
    throw new SavefileFault(file, undefined, failureReason(error), { cause: error });
  }
}

function failureReason(error: unknown): string {
  switch (errorCode(error)) {
    case "ENOENT":
      return "no such file";
    case "EACCES":
      return "no permission to read it";
    case "EISDIR":
      return "a directory, not a capture file";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
