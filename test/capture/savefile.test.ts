import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { text } from "node:stream/consumers";
import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { readSavefile } from "../../src/capture/savefile.ts";
import {
  block,
  enhancedPacket,
  interfaceBlock,
  obsoletePacket,
  pcap,
  readWhole,
  section,
  simplePacket,
} from "./savefile-bytes.ts";
import type { PcapRecord } from "./savefile-bytes.ts";

const records: PcapRecord[] = [
  { seconds: 1_700_000_000, fraction: 123_456, octets: [1, 2, 3], original: 1500 },
  { seconds: 1_700_000_001, fraction: 999_999, octets: [] },
  { seconds: 4_294_967_295, fraction: 0, octets: [4] },
];
const packets = [
  { linkType: 101, timeUs: 1_700_000_000_123_456, octets: [1, 2, 3], originalLength: 1500 },
  { linkType: 101, timeUs: 1_700_000_001_999_999, octets: [], originalLength: 0 },
  { linkType: 101, timeUs: 4_294_967_295_000_000, octets: [4], originalLength: 1 },
];
const inNanoseconds = records.map((record) => ({ ...record, fraction: record.fraction! * 1000 + 999 }));

await t.test("pcap in either byte order, in micro- and nanoseconds", async (test) => {
  const files = {
    microLittle: pcap(records),
    microBig: pcap(records, { isLittleEndian: false }),
    nanoLittle: pcap(inNanoseconds, { magic: 0xa1b23c4d }),
    nanoBig: pcap(inNanoseconds, { magic: 0xa1b23c4d, isLittleEndian: false }),
  };
  const folder = test.testdir(files);
  for (const name of Object.keys(files))
    test.strictSame(await readWhole(`${folder}/${name}`), { packets, count: 3 }, name);
});

await t.test("pcap of Alexey Kuznetsov's libpcap has longer record headers", async (test) => {
  const modified = records.map((record) => ({ ...record, more: [0, 0, 0, 7, 0, 0, 0, 0] }));
  const folder = test.testdir({ file: pcap(modified, { magic: 0xa1b2cd34 }) });
  test.strictSame(await readWhole(`${folder}/file`), { packets, count: 3 });
});

await t.test("pcap before version 2.4 may have its two lengths swapped", async (test) => {
  const swapped = records.map((record) => ({
    ...record,
    captured: record.original ?? record.octets!.length,
    original: record.octets!.length,
  }));
  const folder = test.testdir({ file: pcap(swapped, { version: [2, 3] }) });
  test.strictSame(await readWhole(`${folder}/file`), { packets, count: 3 });
});

await t.test("the frame check sequence that a pcap header announces is no part of the link type", async (test) => {
  const folder = test.testdir({ file: pcap(records, { linkType: 0x24000001 }) });
  test.match(await readWhole(`${folder}/file`), { packets: [{ linkType: 1 }, { linkType: 1 }, { linkType: 1 }] });
});

await t.test("an original length below the captured one is not believed", async (test) => {
  const folder = test.testdir({ file: pcap([{ octets: [1, 2, 3], original: 2 }]) });
  test.match(await readWhole(`${folder}/file`), { packets: [{ octets: [1, 2, 3], originalLength: 3 }] });
});

for (const isLittleEndian of [true, false]) {
  const order = isLittleEndian ? "little-endian" : "big-endian";
  await t.test(`pcapng, ${order}: interfaces with their own link type, resolution and offset`, async (test) => {
    const file = section(isLittleEndian, [
      interfaceBlock({ linkType: 1 }),
      interfaceBlock({ linkType: 113, resolution: 9 }),
      enhancedPacket([1, 2, 3, 4, 5], { interfaceIndex: 1, high: 0x17979cfe, low: 0x362a0000, original: 60 }),
      interfaceBlock({ linkType: 0, resolution: 0x80 + 10, offset: 1000 }),
      enhancedPacket([6], { interfaceIndex: 2, low: 1024 + 512 }),
      enhancedPacket([7, 8], { interfaceIndex: 0, high: 1, low: 5 }),
    ]);
    const folder = test.testdir({ file });
    test.strictSame(await readWhole(`${folder}/file`), {
      packets: [
        { linkType: 113, timeUs: 1_700_000_000_000_000, octets: [1, 2, 3, 4, 5], originalLength: 60 },
        { linkType: 0, timeUs: 1_001_500_000, octets: [6], originalLength: 1 },
        { linkType: 1, timeUs: 4_294_967_301, octets: [7, 8], originalLength: 2 },
      ],
      count: 3,
    });
  });
}

await t.test("pcapng: simple and obsolete packets", async (test) => {
  const file = section(true, [
    interfaceBlock({ snapLength: 4 }),
    simplePacket([1, 2, 3]),
    obsoletePacket([4, 5, 6, 7], { low: 77 }),
    simplePacket([8, 9, 10, 11], 9000),
  ]);
  const folder = test.testdir({ file });
  test.strictSame(await readWhole(`${folder}/file`), {
    packets: [
      { linkType: 101, timeUs: 0, octets: [1, 2, 3], originalLength: 3 },
      { linkType: 101, timeUs: 77, octets: [4, 5, 6, 7], originalLength: 4 },
      { linkType: 101, timeUs: 77, octets: [8, 9, 10, 11], originalLength: 9000 },
    ],
    count: 3,
  });
});

await t.test("pcapng: each section begins anew, whatever its byte order", async (test) => {
  const one = section(true, [interfaceBlock({ linkType: 1 }), enhancedPacket([1])]);
  const two = section(
    false,
    [interfaceBlock({ linkType: 101, resolution: 3 }), enhancedPacket([2], { low: 5 })],
    [1, 2],
  );
  const folder = test.testdir({ file: Buffer.concat([one, two, one]) });
  test.strictSame((await readWhole(`${folder}/file`)).packets, [
    { linkType: 1, timeUs: 0, octets: [1], originalLength: 1 },
    { linkType: 101, timeUs: 5000, octets: [2], originalLength: 1 },
    { linkType: 1, timeUs: 0, octets: [1], originalLength: 1 },
  ]);
});

await t.test("pcapng: blocks of other kinds are skipped, one of 2 MiB too", async (test) => {
  const statistics = block(5, ({ u32 }) => [...u32(0), ...u32(0), ...u32(0)]);
  const future = block(0x0bad1dea, () => Array.from({ length: 2 ** 21 }, () => 0xff));
  const file = section(true, [statistics, interfaceBlock(), future, enhancedPacket([1]), statistics]);
  const folder = test.testdir({ file });
  test.match(await readWhole(`${folder}/file`), { packets: [{ octets: [1] }], count: 1 });
});

await t.test("pcapng: a time out of all reason is kept within 1970 and 2255", async (test) => {
  const late = enhancedPacket([1], { high: 0xffffffff, low: 0xffffffff });
  const folder = test.testdir({ file: section(true, [interfaceBlock(), late]) });
  test.match(await readWhole(`${folder}/file`), { packets: [{ timeUs: Number.MAX_SAFE_INTEGER }] });
});

/** Three megabytes in which packets lie across the borders of chunks. */
const long = Array.from({ length: 3000 }, (_, index) => ({
  seconds: index,
  octets: Array.from({ length: (index * 7919) % 2000 }, (_unused, at) => (index + at) & 0xff),
}));

function isWhole(frame: Frame): boolean {
  const index = frame.timeUs / 1_000_000;
  const octets = frame.bytes.subarray(frame.start, frame.end);
  return octets.length === long[index]!.octets.length && octets.every((octet, at) => octet === ((index + at) & 0xff));
}

await t.test("packets that lie across chunks are whole", async (test) => {
  const blocks = long.map(({ seconds, octets }) => enhancedPacket(octets, { low: seconds }));
  const folder = test.testdir({
    pcap: pcap(long),
    pcapng: section(true, [interfaceBlock({ resolution: 0 }), ...blocks]),
  });
  for (const name of ["pcap", "pcapng"]) {
    let whole = 0;
    const count = await readSavefile(`${folder}/${name}`, (frame) => (whole += Number(isWhole(frame))));
    test.strictSame({ count, whole }, { count: 3000, whole: 3000 }, name);
  }
});

await t.test("one frame is handed out again and again", async (test) => {
  const folder = test.testdir({ file: pcap(records) });
  const frames = new Set<Frame>();
  await readSavefile(`${folder}/file`, (frame) => frames.add(frame));
  test.equal(frames.size, 1);
});

await t.test("progress is told after every chunk, and ends at the file's size", async (test) => {
  const folder = test.testdir({ file: pcap(long) });
  const size = statSync(`${folder}/file`).size;
  const told: number[] = [];
  await readSavefile(`${folder}/file`, () => {}, {
    onProgress: (read, total) => {
      told.push(read);
      test.equal(total, size);
    },
  });
  test.strictSame([told[0], told.length, told.at(-1)], [2 ** 20, Math.ceil(size / 2 ** 20), size]);
});

await t.test("what the sink throws passes through", async (test) => {
  const folder = test.testdir({ file: pcap(records) });
  const broken = new Error("the pipe is broken");
  const read = () =>
    readSavefile(`${folder}/file`, () => {
      throw broken;
    });
  await test.rejects(read(), broken);
});

/** What a process of its own reads from its standard input, which is non-blocking and comes in two parts. */
async function readThroughPipe(parts: readonly Buffer[]): Promise<string> {
  const module = new URL("../../src/capture/savefile.ts", import.meta.url);
  const program = `
    import { readSavefile } from ${JSON.stringify(module.href)};
    process.stdin.pause();
    console.log("ready");
    let total, octets = 0;
    const onProgress = (read, of) => (total = [read, of]);
    const count = await readSavefile("-", (frame) => (octets += frame.end - frame.start), { onProgress });
    console.log(JSON.stringify({ count, octets, total: String(total) }));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdout.once("data", () => {
    child.stdin.write(parts[0]);
    setTimeout(() => child.stdin.end(parts[1]), 50);
  });
  return text(child.stdout);
}

await t.test("- is standard input, of which nobody knows the length", async (test) => {
  const file = pcap(long);
  const octets = long.reduce((sum, record) => sum + record.octets.length, 0);
  const output = await readThroughPipe([file.subarray(0, 1_000_000), file.subarray(1_000_000)]);
  test.strictSame(output.split("\n"), ["ready", JSON.stringify({ count: 3000, octets, total: `${file.length},` }), ""]);
});
