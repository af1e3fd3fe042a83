import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { OctetSource } from "./octet-source.ts";

/** Told after every read. `totalOctets` is undefined where nobody knows, as for a pipe. */
export type ReadProgress = (readOctets: number, totalOctets: number | undefined) => void;

const STANDARD_INPUT = 0;
/** How long to wait for more where standard input doesn't block, milliseconds. */
const POLL_MS = 5;

/** The octets of an open file or of standard input, as they are. Reads block: nothing else waits while files are read. */
export class FileSource implements OctetSource {
  /** Undefined for a pipe, which can't be read twice either. */
  readonly totalOctets: number | undefined;
  readonly #descriptor: number;
  readonly #onProgress: ReadProgress | undefined;
  #readOctets = 0;

  /** `-` is standard input. Throws what the system throws. */
  constructor(path: string, onProgress?: ReadProgress) {
    this.#descriptor = path === "-" ? STANDARD_INPUT : openSync(path, "r");
    this.#onProgress = onProgress;
    const stats = fstatSync(this.#descriptor);
    this.totalOctets = stats.isFile() ? stats.size : undefined;
  }

  async read(bytes: Uint8Array, at: number): Promise<number> {
    for (;;) {
      const count = this.#tryRead(bytes, at);
      if (count !== undefined) {
        this.#readOctets += count;
        if (count > 0) this.#onProgress?.(this.#readOctets, this.totalOctets);
        return count;
      }
      await sleep(POLL_MS);
    }
  }

  /** To the beginning. Only where `totalOctets` is known, and not on standard input, which may have begun in its middle. */
  get canRewind(): boolean {
    return this.totalOctets !== undefined && this.#descriptor !== STANDARD_INPUT;
  }

  rewind(): void {
    this.#readOctets = 0;
  }

  close(): void {
    if (this.#descriptor !== STANDARD_INPUT) closeSync(this.#descriptor);
  }

  /** Undefined where there is nothing yet: a terminal or another process may have left standard input non-blocking. */
  #tryRead(bytes: Uint8Array, at: number): number | undefined {
    const position = this.canRewind ? this.#readOctets : null;
    try {
      return readSync(this.#descriptor, bytes, at, bytes.length - at, position);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return undefined;
      throw error;
    }
  }
}
