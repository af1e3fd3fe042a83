/** Broken capture files: they give packets, then their end or a fault in one line, in bounded memory and time. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Frame } from "../../src/capture/frame.ts";
import { readMerged } from "../../src/capture/merged-savefiles.ts";
import { MAX_BLOCK_OCTETS, MAX_PACKET_OCTETS } from "../../src/capture/savefile-limits.ts";
import { Random } from "./random.ts";

/** Longer originals are cut: what matters are headers of files, records and blocks. */
const MAX_OCTETS = 8192;
/** The least that a packet takes in any format. */
const LEAST_PACKET_OCTETS = 16;

export interface SavefileFuzzOptions {
  readonly originals: readonly string[];
  /** Where broken files are written, one over the other. */
  readonly folder: string;
  readonly seed: number;
  readonly files: number;
  readonly deadlineMs: number;
}

/** Returns how many files were tried. Throws on the first that does harm, and leaves it in the folder. */
export async function fuzzSavefiles(options: SavefileFuzzOptions): Promise<number> {
  const { originals, folder, seed, files, deadlineMs } = options;
  const random = new Random(seed);
  const contents = originals.map((path) => readFileSync(path).subarray(0, MAX_OCTETS));
  let tried = 0;
  for (; tried < files && Date.now() < deadlineMs; tried++) {
    const paths = Array.from({ length: 1 + random.below(3) }, (_, index) => `${folder}/broken-${index}`);
    const octets = paths.map((path) => writeBroken(path, contents, random));
    await readBroken(paths, octets);
  }
  return tried;
}

async function readBroken(paths: readonly string[], octets: readonly number[]): Promise<void> {
  let packets = 0;
  const faults = await readMerged(paths, (frame) => {
    packets++;
    checkFrame(frame);
  });
  for (const { message } of faults) assert(!message.includes("\n"));
  const most = octets.reduce((sum, count) => sum + count / LEAST_PACKET_OCTETS, 0);
  assert(packets <= most, `${packets} packets in files of ${octets.join(", ")} octets`);
}

function checkFrame({ bytes, start, end, timeUs, originalLength }: Frame): void {
  assert(start >= 0 && start <= end && end <= bytes.length);
  assert(end - start <= MAX_PACKET_OCTETS && originalLength >= end - start);
  assert(bytes.length <= MAX_BLOCK_OCTETS);
  assert(Number.isSafeInteger(timeUs) && timeUs >= 0);
}

/** Returns the octets that can be in it at most, once decompressed. */
function writeBroken(path: string, contents: readonly Buffer[], random: Random): number {
  const whole = Buffer.from(random.pick(contents));
  const plain = random.below(5) === 0 ? Buffer.concat([whole, random.pick(contents)]) : whole;
  const kind = random.below(6);
  // A compressed file that is broken itself may hold anything, up to a thousandfold.
  if (kind === 0) return write(path, mutated(gzipSync(plain), random), 1032);
  if (kind === 1) return write(path, mutated(zstdCompressSync(plain), random), 2 ** 17);
  if (kind === 2) return write(path, gzipSync(mutated(plain, random)), 1032);
  return write(path, mutated(plain, random), 1);
}

function write(path: string, octets: Uint8Array, growth: number): number {
  writeFileSync(path, octets);
  return octets.length * growth;
}

function mutated(file: Buffer, random: Random): Buffer {
  let kept = file;
  for (let changes = random.below(6); changes > 0 && kept.length > 0; changes--) kept = changed(kept, random);
  return kept;
}

function changed(file: Buffer, random: Random): Buffer {
  const at = random.below(random.below(2) === 0 ? file.length : Math.min(file.length, 128));
  switch (random.below(6)) {
    case 0:
      return file.subarray(0, at);
    case 1:
      return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + random.below(40))]);
    case 2:
      return Buffer.concat([file.subarray(0, at), file.subarray(random.below(file.length))]);
    case 3:
      file[at] = random.pick([0, 1, 3, 4, 6, 10, 12, 16, 28, 32, 127, 128, 255]);
      return file;
    case 4:
      if (at + 4 <= file.length)
        file.writeUInt32LE(random.pick([0, 1, 12, 16, 262_144, 2 ** 24, 2 ** 31, 2 ** 32 - 1]), at);
      return file;
    default:
      file[at]! ^= 1 << random.below(8);
      return file;
  }
}
