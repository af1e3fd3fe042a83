import { execFileSync, spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import t from "tap";
import { readMerged } from "../../src/capture/merged-savefiles.ts";
import { pcap } from "./savefile-bytes.ts";

/** A file whose packets are told apart by their only octet. */
function file(...packets: readonly (readonly [seconds: number, octet: number])[]): Buffer {
  return pcap(packets.map(([seconds, octet]) => ({ seconds, octets: [octet] })));
}

async function merged(paths: readonly string[]) {
  const octets: number[] = [];
  const faults = await readMerged(paths, ({ bytes, start }) => octets.push(bytes[start]!));
  return { octets, faults: faults.map(({ message }) => message.slice(message.lastIndexOf("/") + 1)) };
}

await t.test("packets of files of the same time are put in the order of their times", async (test) => {
  const folder = test.testdir({
    a: file([1, 1], [4, 4], [5, 5]),
    b: gzipSync(file([2, 2], [3, 3], [9, 9])),
    c: file([6, 6], [7, 7], [8, 8]),
  });
  const paths = ["c", "b", "a"].map((name) => `${folder}/${name}`);
  test.strictSame(await merged(paths), { octets: [1, 2, 3, 4, 5, 6, 7, 8, 9], faults: [] });
});

await t.test("of packets of the same time those of the file named first come first", async (test) => {
  const folder = test.testdir({ a: file([1, 1], [1, 2], [2, 5]), b: file([1, 3], [1, 4]) });
  test.strictSame((await merged([`${folder}/a`, `${folder}/b`])).octets, [1, 2, 3, 4, 5]);
  test.strictSame((await merged([`${folder}/b`, `${folder}/a`])).octets, [3, 4, 1, 2, 5]);
});

await t.test("a file whose own times go backwards is read in its own order", async (test) => {
  const folder = test.testdir({ a: file([5, 1], [2, 2], [9, 3], [3, 4]), b: file([4, 5], [6, 6], [10, 7]) });
  const { octets } = await merged([`${folder}/a`, `${folder}/b`]);
  test.strictSame(octets, [5, 1, 2, 6, 3, 4, 7]);
});

await t.test("files that break give what is before, and all others are read to their ends", async (test) => {
  const folder = test.testdir({
    whole: file([1, 1], [9, 9]),
    cut: file([2, 2], [3, 3], [4, 4]).subarray(0, -1),
    empty: "",
    bare: pcap([]),
  });
  const paths = ["missing", "cut", "whole", "empty", "bare"].map((name) => `${folder}/${name}`);
  test.strictSame(await merged(paths), {
    octets: [1, 2, 3, 9],
    faults: [
      "missing: no such file",
      "cut: packet 3: record is cut off: 1 octets promised, 0 left (at octet 74)",
      "empty: packet 1: the file is empty (at octet 0)",
    ],
  });
});

await t.test("every packet is delivered once, and in order where the files are", async (test) => {
  const seconds = fc.array(fc.nat(30), { maxLength: 12 });
  const folder = test.testdir({ a: "", b: "", c: "" });
  const paths = ["a", "b", "c"].map((name) => `${folder}/${name}`);
  const isMerged = fc.asyncProperty(fc.tuple(seconds, seconds, seconds), fc.boolean(), async (times, areOrdered) => {
    const files = areOrdered ? times.map((of) => of.toSorted((a, b) => a - b)) : times;
    for (const [index, of] of files.entries()) writeFileSync(paths[index]!, file(...of.map((at) => [at, at] as const)));
    const { octets } = await merged(paths);
    const sorted = files.flat().toSorted((a, b) => a - b);
    const told = areOrdered ? octets : octets.toSorted((a, b) => a - b);
    return JSON.stringify(told) === JSON.stringify(sorted);
  });
  await test.resolves(fc.assert(isMerged, { numRuns: 200 }));
});

await t.test("of a thousand parts of a rotated capture few are open at once", async (test) => {
  const names = Array.from({ length: 1000 }, (_, index) => String(index));
  const folder = test.testdir(Object.fromEntries(names.map((name) => [name, file([Number(name), 7])])));
  let most = 0;
  const count = (): void => void (most = Math.max(most, readdirSync("/proc/self/fd").length));
  const before = readdirSync("/proc/self/fd").length;
  const faults = await readMerged(
    names.toReversed().map((name) => `${folder}/${name}`),
    count,
  );
  test.strictSame(faults, []);
  test.ok(most - before <= 3, `${most - before} at once`);
});

await t.test("a pipe is opened once, and takes its turn all the same", async (test) => {
  const folder = test.testdir({ a: file([1, 1], [3, 3]), b: file([2, 2], [4, 4]) });
  execFileSync("mkfifo", [`${folder}/pipe`]);
  const writer = spawn("sh", ["-c", `cat ${folder}/b > ${folder}/pipe`]);
  test.strictSame((await merged([`${folder}/a`, `${folder}/pipe`])).octets, [1, 2, 3, 4]);
  writer.kill();
});
