import { writeSync } from "node:fs";
import { UsageError } from "./usage-error.ts";

const CHUNK = 64 * 1024;
const STDOUT = 1;

/** Whoever read our results has enough of them, as `head` has: not an error. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/**
 * Standard output, written synchronously, so that a capture of any length is printed in constant memory.
 * Throws OutputClosed when the reader has gone.
 */
export class StandardOutput {
  #waiting = "";

  write(text: string): void {
    this.#waiting += text;
    if (this.#waiting.length >= CHUNK) this.flush();
  }

  /** At once, and after what was written before. */
  writeOctets(octets: Uint8Array): void {
    this.flush();
    writeAll(octets);
  }

  flush(): void {
    const octets = Buffer.from(this.#waiting);
    this.#waiting = "";
    writeAll(octets);
  }
}

function writeAll(octets: Uint8Array): void {
  for (let written = 0; written < octets.length;) written += writeSome(octets, written);
}

function writeSome(octets: Uint8Array, from: number): number {
  try {
    return writeSync(STDOUT, octets, from);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EPIPE") throw new OutputClosed("standard output is closed", { cause: error });
    if (code !== "EAGAIN") throw new UsageError(`standard output: ${message}`, { cause: error });
    // A pipe that somebody else made non-blocking is full: wait a little for its reader.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    return 0;
  }
}
