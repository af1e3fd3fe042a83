import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { constants, gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import t from "tap";
import { readSavefile } from "../../src/capture/savefile.ts";
import { weir } from "../cli/run.ts";
import { enhancedPacket, interfaceBlock, pcap, readWhole, section } from "./savefile-bytes.ts";

const captures = fileURLToPath(new URL("../captures/", import.meta.url));
const compressions = { gzip: gzipSync, zstd: zstdCompressSync } as const;

/** Two megabytes that compress to half a megabyte: octets without order, of which only two bits differ. */
function octetsOf(index: number): number[] {
  let state = index + 1;
  return Array.from({ length: 1000 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return 0x40 + (state >>> 30);
  });
}
const records = Array.from({ length: 2000 }, (_, index) => ({ seconds: index, octets: octetsOf(index) }));
const long = pcap(records);

async function outcome(path: string) {
  const { packets, fault } = await readWhole(path);
  const isInOrder = packets.every(({ timeUs }, index) => timeUs === index * 1_000_000);
  return { packets: packets.length, isInOrder, fault };
}

for (const [name, compress] of Object.entries(compressions)) {
  await t.test(`${name} is told by its first octets, whatever the file is called`, async (test) => {
    const folder = test.testdir({
      "trace.pcap": compress(long),
      ng: compress(section(true, [interfaceBlock(), enhancedPacket([1])])),
    });
    test.strictSame(await outcome(`${folder}/trace.pcap`), { packets: 2000, isInOrder: true, fault: undefined });
    test.match(await readWhole(`${folder}/ng`), { packets: [{ octets: [1] }], count: 1 });
  });

  await t.test(`${name} streams one behind the other are one file, as are zeros behind the last`, async (test) => {
    const parts = [long.subarray(0, 1_000_001), long.subarray(1_000_001, 1_000_002), long.subarray(1_000_002)];
    const zeros = Buffer.alloc(70_000);
    const file = Buffer.concat([...parts.map((part) => compress(part)), compress(Buffer.alloc(0)), zeros]);
    const folder = test.testdir({ file });
    test.strictSame(await outcome(`${folder}/file`), { packets: 2000, isInOrder: true, fault: undefined });
  });

  await t.test(`of ${name} that is cut off every packet is read that can be decoded`, async (test) => {
    const file = compress(long);
    const path = `${test.testdir({ file })}/file`;
    for (const kept of [5, 100, file.length >> 1, file.length - 1]) {
      writeFileSync(path, file.subarray(0, kept));
      const { packets, isInOrder, fault } = await outcome(path);
      const whole = name === "gzip" ? Math.floor((kept / file.length) * 2000 * 0.9) - 50 : 0; // of zstd only whole blocks
      test.ok(isInOrder && packets >= whole, `${packets} packets of ${kept} octets`);
      test.equal(fault, `the ${name} data is cut off at octet ${kept} of the file`);
    }
  });

  await t.test(`${name} with a wrong checksum gives all packets, then the fault`, async (test) => {
    const file = compressedWithChecksum(name, long);
    file[file.length - (name === "zstd" ? 1 : 6)]! ^= 0xff; // the last checksum; gzip has the length behind it
    const folder = test.testdir({ file });
    const { fault, ...rest } = await outcome(`${folder}/file`);
    test.strictSame(rest, { packets: 2000, isInOrder: true });
    test.match(fault, new RegExp(`^the ${name} data is corrupt at octet \\d+ of the file: [^\\n]+$`, "u"));
  });

  await t.test(`${name} with strange octets behind it gives all packets, then the fault`, async (test) => {
    const file = compress(long);
    const folder = test.testdir({ file: Buffer.concat([file, Buffer.from("strange")]) });
    const { fault, ...rest } = await outcome(`${folder}/file`);
    test.strictSame(rest, { packets: 2000, isInOrder: true });
    test.match(fault, /^the \w+ data is (corrupt|cut off) at octet \d+ of the file/u);
  });

  await t.test(`${name} from standard input`, async (test) => {
    test.strictSame(await flowsOfPipe(compress(readFileSync(`${captures}log4shell-ldap.pcap`))), {
      status: 0,
      lines: 11,
      stderr: "",
    });
  });
}

function withChecksum(octets: Buffer): Buffer {
  return zstdCompressSync(octets, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

function compressedWithChecksum(name: string, octets: Buffer): Buffer {
  return name === "zstd" ? withChecksum(octets) : gzipSync(octets);
}

async function flowsOfPipe(input: Buffer) {
  const { status, stdout, stderr } = await weir(["flows", "--pcap", "-"], { input });
  return { status, lines: stdout.trimEnd().split("\n").length, stderr };
}

await t.test("gzip that is corrupt in its midst gives every packet before", async (test) => {
  const file = gzipSync(long);
  const at = file.length >> 1;
  file.fill(0xff, at, at + 100);
  const folder = test.testdir({ file });
  const decodable = gunzipSync(file.subarray(0, at), { finishFlush: constants.Z_SYNC_FLUSH }).length;
  const before = Math.floor((decodable - 24) / 1016);
  const { packets, isInOrder, fault } = await outcome(`${folder}/file`);
  test.ok(isInOrder && packets >= before, `${packets} packets, of which ${before} lie before the fault`);
  test.match(fault, /^(the gzip data is corrupt at octet \d+ of the file: |corrupt length: )/u);
});

await t.test("the place of a fault is told in the capture and in the file", async (test) => {
  const file = gzipSync(long).subarray(0, 300_000);
  const folder = test.testdir({ "trace.pcap.gz": file });
  const message =
    /^\S+trace\.pcap\.gz: packet \d+: the gzip data is cut off at octet 300000 of the file \(at octet \d+ of the decompressed capture\)$/u;
  await test.rejects(
    readSavefile(`${folder}/trace.pcap.gz`, () => {}),
    { message },
  );
});

await t.test("a skippable frame before the first is skipped", async (test) => {
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  const folder = test.testdir({ file: Buffer.concat([skippable, zstdCompressSync(long), skippable]) });
  test.strictSame(await outcome(`${folder}/file`), { packets: 2000, isInOrder: true, fault: undefined });
});

await t.test("there may be nothing in it", async (test) => {
  const folder = test.testdir({ gzip: gzipSync(""), zstd: zstdCompressSync("") });
  for (const name of ["gzip", "zstd"]) {
    const fault = `there is nothing in the ${name} data`;
    test.strictSame(await readWhole(`${folder}/${name}`), { packets: [], fault, at: 1 });
  }
});

await t.test("a gigabyte of zeros in a megabyte of gzip costs no memory", async (test) => {
  const megabytes = gzipSync(Buffer.alloc(2 ** 26));
  const bomb = [gzipSync(pcap([])), ...Array.from({ length: 16 }, () => megabytes)];
  const folder = test.testdir({ file: Buffer.concat(bomb) });
  const before = process.memoryUsage.rss();
  const { packets } = await countOnly(`${folder}/file`);
  test.equal(packets, 2 ** 30 / 16);
  const growth = (process.memoryUsage.rss() - before) / 2 ** 20;
  test.ok(growth < 100, `${growth.toFixed()} MiB more`);
});

async function countOnly(path: string) {
  return { packets: await readSavefile(path, () => {}) };
}
