import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { SavefileFault } from "./savefile-fault.ts";

/** Told after every chunk. `totalOctets` is undefined where nobody knows, as for a pipe. */
export type ReadProgress = (readOctets: number, totalOctets: number | undefined) => void;

const CHUNK_OCTETS = 2 ** 20;
const STANDARD_INPUT = 0;
/** How long to wait for more where standard input doesn't block, milliseconds. */
const STANDARD_INPUT_POLL_MS = 5;

/**
 * An open savefile seen through one buffer, which packets are read from where they lie. It grows only for a
 * block longer than a chunk; the readers of the formats bound what they ask for.
 */
export class SavefileInput {
  bytes = new Uint8Array(CHUNK_OCTETS);
  view = new DataView(this.bytes.buffer);
  /** Index in `bytes` of the next octet to be read. */
  position = 0;
  /** How many packets have been delivered. */
  packets = 0;
  readonly #file: string;
  readonly #descriptor: number;
  readonly #totalOctets: number | undefined;
  readonly #onProgress: ReadProgress | undefined;
  #end = 0;
  #readOctets = 0;

  constructor(file: string, descriptor: number, totalOctets: number | undefined, onProgress?: ReadProgress) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.#totalOctets = totalOctets;
    this.#onProgress = onProgress;
  }

  isAtEnd(): boolean {
    return !this.#has(1);
  }

  /** Makes `length` octets from `position` on readable, moving them if it must, or throws that `what` is cut off. */
  require(length: number, what: string): void {
    if (this.#has(length)) return;
    throw this.fault(`${what} is cut off: ${length} octets promised, ${this.#end - this.position} left`);
  }

  fault(reason: string): SavefileFault {
    return new SavefileFault(this.#file, this.packets + 1, reason);
  }

  close(): void {
    if (this.#descriptor !== STANDARD_INPUT) closeSync(this.#descriptor);
  }

  #has(length: number): boolean {
    return this.#end - this.position >= length || this.#readOn(length);
  }

  #readOn(length: number): boolean {
    this.#makeRoom(length);
    while (this.#end < length) {
      const count = this.#readChunk();
      if (count === 0) return false;
      this.#end += count;
      this.#readOctets += count;
      this.#onProgress?.(this.#readOctets, this.#totalOctets);
    }
    return true;
  }

  #makeRoom(length: number): void {
    const kept = this.bytes.subarray(this.position, this.#end);
    if (length > this.bytes.length) {
      this.bytes = new Uint8Array(length);
      this.view = new DataView(this.bytes.buffer);
    }
    this.bytes.set(kept);
    this.#end = kept.length;
    this.position = 0;
  }

  #readChunk(): number {
    for (;;) {
      try {
        return readSync(this.#descriptor, this.bytes, this.#end, this.bytes.length - this.#end, null);
      } catch (error) {
        if (errorCode(error) !== "EAGAIN") throw this.#readFault(error);
        // A terminal or another process may have left standard input non-blocking.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDARD_INPUT_POLL_MS);
      }
    }
  }

  /** A directory can be opened; that it can't be read shows only here, and no packet is to blame. */
  #readFault(error: unknown): SavefileFault {
    const packet = this.#readOctets === 0 ? undefined : this.packets + 1;
    return new SavefileFault(this.#file, packet, failureReason(error), { cause: error });
  }
}

/** Opens a savefile, or standard input for `-`. Throws a SavefileFault without a packet number where that fails. */
export function openSavefile(path: string, onProgress?: ReadProgress): SavefileInput {
  const file = path === "-" ? "standard input" : path;
  try {
    const descriptor = path === "-" ? STANDARD_INPUT : openSync(path, "r");
    return new SavefileInput(file, descriptor, sizeOf(descriptor), onProgress);
  } catch (error) {
    throw new SavefileFault(file, undefined, failureReason(error), { cause: error });
  }
}

function sizeOf(descriptor: number): number | undefined {
  const stats = fstatSync(descriptor);
  return stats.isFile() ? stats.size : undefined;
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
