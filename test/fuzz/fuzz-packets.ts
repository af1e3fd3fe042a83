/** Broken packets all the way: decoder, flows, events as lines and back. What must hold of any octets is asserted here. */
import assert from "node:assert/strict";
import { readSavefile } from "../../src/capture/savefile.ts";
import type { Frame } from "../../src/capture/frame.ts";
import type { FlowEvent } from "../../src/flow/connection.ts";
import { FlowTracker } from "../../src/flow/flow-tracker.ts";
import { decode } from "../../src/packet/decode.ts";
import { decodeDnsResponse } from "../../src/packet/dns.ts";
import { Headers } from "../../src/packet/headers.ts";
import { lineOf } from "./line-of.ts";
import { PacketMutator } from "./packet-mutator.ts";
import { Random } from "./random.ts";

/** A tracker's life: then every connection must have been told as closed once. */
const PACKETS_A_TRACKER = 20_000;

export interface PacketFuzzOptions {
  readonly originals: readonly Frame[];
  readonly seed: number;
  readonly packets: number;
  /** Milliseconds of Date.now() at which to stop, whatever is left. */
  readonly deadlineMs: number;
}

/** Returns how many packets were tried. Throws on the first that does harm, naming it. */
export function fuzzPackets({ originals, seed, packets, deadlineMs }: PacketFuzzOptions): number {
  const random = new Random(seed);
  const mutator = new PacketMutator(originals, random);
  let tried = 0;
  while (tried < packets && Date.now() < deadlineMs) {
    const count = Math.min(PACKETS_A_TRACKER, packets - tried);
    trackSome(mutator, count, random);
    tried += count;
  }
  return tried;
}

/** The packets of files, each with octets of its own. */
export async function framesOf(paths: readonly string[]): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  for (const path of paths) {
    await readSavefile(path, (frame) => {
      const bytes = frame.bytes.slice(frame.start, frame.end);
      frames.push({ ...frame, bytes, start: 0, end: bytes.length });
    });
  }
  return frames;
}

function trackSome(mutator: PacketMutator, count: number, random: Random): void {
  const told = new Told();
  const tracker = new FlowTracker({ seed: random.below(2 ** 31), emit: (event) => told.note(event) });
  const headers = new Headers();
  for (let index = 0; index < count; index++) {
    mutator.next();
    try {
      checkDecoder(mutator, headers);
      tracker.add(mutator.frame);
    } catch (error) {
      throw new Error(`this packet does harm: ${describe(mutator.frame)}`, { cause: error });
    }
  }
  tracker.finish();
  told.check();
}

/** The payload lies within the packet, and no octet outside has a say. */
function checkDecoder(mutator: PacketMutator, headers: Headers): void {
  const { frame } = mutator;
  const reason = decode(frame, headers);
  assert(frame.start <= headers.payloadStart && headers.payloadStart <= headers.payloadEnd);
  assert(headers.payloadEnd <= frame.end);
  if (reason !== undefined) return;
  assert(headers.payloadLength >= headers.payloadEnd - headers.payloadStart);
  const sum = checksum(headers);
  const answer = decodeDnsResponse(frame.bytes, headers.payloadStart, headers.payloadEnd);
  mutator.guard(0x5a);
  assert(decode(frame, headers) === undefined && checksum(headers) === sum);
  if (answer !== undefined) {
    assert.deepEqual(decodeDnsResponse(frame.bytes, headers.payloadStart, headers.payloadEnd), answer);
  }
}

/** Of the fields that any packet has. */
function checksum(headers: Headers): number {
  let sum = headers.protocol + headers.payloadLength * 3 + headers.payloadStart * 5 + headers.payloadEnd * 7;
  sum += headers.sourcePort * 11 + headers.destinationPort * 13 + headers.tcpTimestamp * 17 + headers.tcpFlags * 19;
  for (const word of headers.addresses) sum = (sum * 31 + word) % 2 ** 48;
  return headers.hasQuoted ? sum + headers.quoted.sourcePort * 23 + headers.quoted.tcpSequence * 29 : sum;
}

function describe({ linkType, timeUs, bytes, start, end, originalLength }: Frame): string {
  const octets = Buffer.from(bytes.subarray(start, end)).toString("hex");
  return JSON.stringify({ linkType, timeUs, originalLength, octets });
}

/** What a tracker tells: each line must be one that can be read again, and each connection must end once. */
class Told {
  readonly #opened = new Set<string>();
  readonly #closed = new Set<string>();

  note(event: FlowEvent): void {
    lineOf(event);
    if (event.kind === "opened") this.#opened.add(event.connection.id);
    if (event.kind !== "closed") return;
    assert(!this.#closed.has(event.connection.id), `${event.connection.id} is closed twice`);
    this.#closed.add(event.connection.id);
  }

  check(): void {
    for (const id of this.#opened) assert(this.#closed.has(id), `${id} is never closed`);
  }
}
