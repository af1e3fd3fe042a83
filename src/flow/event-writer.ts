import { writeSync } from "node:fs";
import type { FlowEvent } from "./connection.ts";
import { MAX_LINE_OCTETS, writeEvent } from "./event-line.ts";
import { JsonOctets } from "./json-octets.ts";

/** What waits in user space for a slow reader, at most; past it events are dropped and counted. */
const MAX_WAITING_OCTETS = 2 * 1024 * 1024;
const FLUSH_OCTETS = 32 * 1024;
const WAIT_MS = 5;

/**
 * Events onto a pipe or socket, written synchronously, because under load capture never comes back to the
 * event loop. Lines are gathered and written whole or kept: a reader never sees half a line that is not
 * completed later.
 */
export class EventWriter {
  readonly #fd: number;
  readonly #json = new JsonOctets(MAX_WAITING_OCTETS + MAX_LINE_OCTETS);
  /** How much there was when the reader last took nothing more: it is asked again when as much has been added. */
  #refusedOctets = 0;
  #overflowed = 0;
  #isClosed = false;
  #waitsLeft = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Events dropped because the reader was too slow. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** Whether so much waits for the reader that who can wait, should. */
  get isBehind(): boolean {
    return this.#json.end > MAX_WAITING_OCTETS / 2;
  }

  /** Whether the reader has gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(event: FlowEvent): void {
    const json = this.#json;
    if (json.end > MAX_WAITING_OCTETS) {
      this.#overflowed += 1;
      return;
    }
    writeEvent(event, json);
    if (json.end - this.#refusedOctets >= FLUSH_OCTETS) this.flush();
  }

  /**
   * From now on waits for a slow reader instead of dropping what it is too slow for, `patienceMs` in all: for the end,
   * when all connections are told at once and nothing is captured any more that waiting could cost.
   */
  waitForReader(patienceMs: number): void {
    this.#waitsLeft = Math.ceil(patienceMs / WAIT_MS);
  }

  /** Writes what the reader takes at once; the rest stays. */
  flush(): void {
    const json = this.#json;
    if (this.#isClosed || json.end === 0) return;
    const written = this.#writeSome(json.octets, json.end);
    json.octets.copyWithin(0, written, json.end);
    json.end -= written;
    this.#refusedOctets = json.end;
  }

  #writeSome(octets: Buffer, end: number): number {
    let written = 0;
    while (written < end) {
      const taken = this.#offer(octets, written, end - written);
      if (taken === 0 && !this.#wait()) break;
      written += taken;
    }
    return written;
  }

  #offer(octets: Buffer, from: number, length: number): number {
    try {
      return writeSync(this.#fd, octets, from, length);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN") this.#isClosed = true; // EPIPE, ECONNRESET: nobody reads any more
      return 0;
    }
  }

  /** False where there is nothing to wait for. */
  #wait(): boolean {
    if (this.#isClosed || this.#waitsLeft === 0) return false;
    this.#waitsLeft -= 1;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    return true;
  }
}
