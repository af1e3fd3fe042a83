import { closeSync, openSync, writeSync } from "node:fs";
import { HEADER_OCTETS, type Segment, writeFrame } from "./tcp-frame.ts";

const BUFFER_OCTETS = 4 * 1024 * 1024;
const RECORD_OCTETS = 16;

/** A pcap savefile of TCP segments, in the order in which they are added. */
export class PcapWriter {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(BUFFER_OCTETS);
  #used = 0;
  #packets = 0;

  constructor(path: string) {
    this.#fd = openSync(path, "w");
    this.#buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.#buffer.writeUInt16LE(2, 4);
    this.#buffer.writeUInt16LE(4, 6);
    this.#buffer.writeUInt32LE(65_535, 16);
    this.#buffer.writeUInt32LE(1, 20); // Ethernet
    this.#used = 24;
  }

  get packets(): number {
    return this.#packets;
  }

  add(timeUs: number, segment: Segment): void {
    const octets = HEADER_OCTETS + segment.payloadOctets;
    if (this.#used + RECORD_OCTETS + octets > BUFFER_OCTETS) this.#flush();
    this.#buffer.writeUInt32LE(Math.floor(timeUs / 1e6), this.#used);
    this.#buffer.writeUInt32LE(timeUs % 1e6, this.#used + 4);
    this.#buffer.writeUInt32LE(octets, this.#used + 8);
    this.#buffer.writeUInt32LE(octets, this.#used + 12);
    this.#used += RECORD_OCTETS;
    this.#used += writeFrame(this.#buffer, this.#used, segment);
    this.#packets += 1;
  }

  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }

  #flush(): void {
    for (let at = 0; at < this.#used;) at += writeSync(this.#fd, this.#buffer, at, this.#used - at);
    this.#used = 0;
  }
}
