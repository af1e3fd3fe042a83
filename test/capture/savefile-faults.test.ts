import { chmodSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import t from "tap";
import type { Test } from "tap";
import { readSavefile } from "../../src/capture/savefile.ts";
import { SavefileFault } from "../../src/capture/savefile-fault.ts";
import {
  block,
  byteOrder,
  enhancedPacket,
  interfaceBlock,
  pcap,
  readWhole,
  section,
  simplePacket,
} from "./savefile-bytes.ts";
import type { Block } from "./savefile-bytes.ts";

const captures = fileURLToPath(new URL("../captures/", import.meta.url));
const packet = { octets: [1, 2, 3] };

await t.test("the broken public captures", async (test) => {
  const reasons = {
    "broken-01.pcap": "the link type field is 0x300000: its reserved bits are set",
    "broken-02.pcap": "pcap version 1.4 is not supported, 2.0 to 2.4 are",
    "broken-03.pcap": "pcap version 2.5 is not supported, 2.0 to 2.4 are",
    "broken-04.pcapng": "pcapng version 0.1 is not supported, 1.0 is",
    "broken-05.pcapng": "corrupt length: a block claims 52 octets at its head and 808464432 at its end",
  };
  for (const [name, fault] of Object.entries(reasons)) {
    test.strictSame(await readWhole(captures + name), { packets: [], fault, at: 1 }, name);
  }
});

await t.test("the message is one line with file, packet, reason and place", async (test) => {
  const file = pcap([packet, packet]);
  const folder = test.testdir({ "trace.pcap": file.subarray(0, -2) });
  await test.rejects(
    readSavefile(`${folder}/trace.pcap`, () => {}),
    {
      name: "SavefileFault",
      file: `${folder}/trace.pcap`,
      packet: 2,
      reason: "record is cut off: 3 octets promised, 1 left",
      place: { packet: 2, octet: 24 + 16 + 3 + 16, isCompressed: false },
      message: `${folder}/trace.pcap: packet 2: record is cut off: 3 octets promised, 1 left (at octet 59)`,
    },
  );
});

await t.test("a pcap file cut off anywhere gives the packets before, then the fault", async (test) => {
  const file = pcap([packet, packet, packet]);
  const path = `${test.testdir({ file })}/file`;
  for (let kept = 0; kept <= file.length; kept++) {
    writeFileSync(path, file.subarray(0, kept));
    const { packets, at } = await readWhole(path);
    const whole = Math.max(Math.floor((kept - 24) / 19), 0);
    const isComplete = kept >= 24 && (kept - 24) % 19 === 0;
    test.strictSame(
      { kept, packets: packets.length, at },
      { kept, packets: whole, at: isComplete ? undefined : whole + 1 },
    );
  }
});

await t.test("a pcapng file cut off anywhere gives the packets before, then the fault", async (test) => {
  const blocks = [interfaceBlock(), enhancedPacket([1]), simplePacket([1, 2]), enhancedPacket([3])];
  const file = section(true, blocks);
  const ends = blocks.map((_, index) => section(true, blocks.slice(0, index + 1)).length);
  const sound = new Set([section(true, []).length, ...ends]);
  const path = `${test.testdir({ file })}/file`;
  for (let kept = 0; kept <= file.length; kept++) {
    writeFileSync(path, file.subarray(0, kept));
    const { packets, at } = await readWhole(path);
    const whole = ends.slice(1).filter((end) => end <= kept).length;
    test.strictSame(
      { kept, packets: packets.length, at },
      { kept, packets: whole, at: sound.has(kept) ? undefined : whole + 1 },
    );
  }
});

await t.test("what was cut off is said, with what is left", async (test) => {
  const ng = section(true, [interfaceBlock(), enhancedPacket([1])]);
  const files = {
    "file header is cut off: 4 octets promised, 3 left": pcap([]).subarray(0, 3),
    "file header is cut off: 24 octets promised, 20 left": pcap([]).subarray(0, 20),
    "record header is cut off: 16 octets promised, 15 left": pcap([packet]).subarray(0, 24 + 15),
    "block header is cut off: 12 octets promised, 11 left": ng.subarray(0, 11),
    "block is cut off: 28 octets promised, 27 left": ng.subarray(0, 27),
  };
  for (const [fault, file] of Object.entries(files)) {
    const folder = test.testdir({ file });
    test.strictSame(await readWhole(`${folder}/file`), { packets: [], fault, at: 1 });
  }
});

await t.test("a packet longer than any is a corrupt length, in whichever format", async (test) => {
  const sound = pcap([packet]);
  const files = {
    pcap: Buffer.concat([sound, pcap([{ captured: 262_145 }]).subarray(24)]),
    pcapng: section(true, [interfaceBlock(), enhancedPacket([1]), enhancedPacket([1], { captured: 262_145 })]),
  };
  const folder = test.testdir(files);
  const fault = "corrupt length: the packet claims 262145 octets, at most 262144 are possible";
  for (const name of Object.keys(files))
    test.match(await readWhole(`${folder}/${name}`), { packets: [{}], fault, at: 2 });
});

/** A section with an interface and a packet, and then this. */
async function faultOf(test: Test, ...blocks: readonly Block[]) {
  const folder = test.testdir({ file: section(true, [interfaceBlock(), enhancedPacket([1]), ...blocks]) });
  const { packets, fault, at } = await readWhole(`${folder}/file`);
  test.strictSame([packets.length, at], [1, 2]);
  return fault;
}

function bare(...words: readonly number[]): Block {
  return ({ u32 }) => words.flatMap(u32);
}

await t.test("corrupt lengths in pcapng", async (test) => {
  const range = "octets, not a multiple of 4 from 12 to 16777216";
  test.equal(await faultOf(test, bare(5, 13, 0, 0)), `corrupt length: a block claims 13 ${range}`);
  test.equal(await faultOf(test, bare(5, 8, 0)), `corrupt length: a block claims 8 ${range}`);
  test.equal(await faultOf(test, bare(5, 0xfffffffc, 0)), `corrupt length: a block claims 4294967292 ${range}`);
  test.equal(
    await faultOf(test, bare(5, 12, 16)),
    "corrupt length: a block claims 12 octets at its head and 16 at its end",
  );
  test.equal(await faultOf(test, bare(6, 12, 12)), "corrupt length: the packet block is too short");
  test.equal(await faultOf(test, bare(3, 12, 12)), "corrupt length: the packet block is too short");
  test.equal(await faultOf(test, bare(1, 12, 12)), "corrupt length: the interface description is too short");
  test.equal(
    await faultOf(test, bare(0x0a0d0d0a, 16, 0x1a2b3c4d, 16)),
    "corrupt length: the section header is too short",
  );
  test.equal(
    await faultOf(test, enhancedPacket([1], { captured: 100 })),
    "record is cut off: 100 octets promised, 16 in its block",
  );
  test.equal(await faultOf(test, simplePacket([1, 2], 5)), "record is cut off: 5 octets promised, 4 in its block");
  const option = block(1, ({ u16, u32 }) => [...u16(1), ...u16(0), ...u32(0), ...u16(2), ...u16(5), 1, 2, 3, 4]);
  test.equal(await faultOf(test, option), "corrupt length: an option runs out of its interface description");
});

await t.test("other contradictions in pcapng", async (test) => {
  test.equal(
    await faultOf(test, bare(0x0a0d0d0a, 28, 0x11223344, 1, 0, 0, 28)),
    "corrupt section header: its byte order magic is 0x44332211",
  );
  test.equal(
    await faultOf(test, enhancedPacket([1], { interfaceIndex: 1 })),
    "it names interface 1, which the section doesn't describe",
  );
  const coarse = "the interface claims a time resolution of";
  test.equal(await faultOf(test, interfaceBlock({ resolution: 20 })), `${coarse} 10^-20 seconds`);
  test.equal(await faultOf(test, interfaceBlock({ resolution: 0xc0 })), `${coarse} 2^-64 seconds`);
});

await t.test("interfaces without end are a fault, not a leak", async (test) => {
  const { u16, u32 } = byteOrder(true);
  const one = Buffer.from([...u32(1), ...u32(20), ...u16(1), ...u16(0), ...u32(0), ...u32(20)]);
  const many = Buffer.concat([section(true, []), ...Array.from({ length: 65_537 }, () => one)]);
  const folder = test.testdir({ file: many });
  const fault = "the section describes more than 65536 interfaces";
  test.strictSame(await readWhole(`${folder}/file`), { packets: [], fault, at: 1 });
});

await t.test("a link type that weir doesn't read is named, after the packets of other interfaces", async (test) => {
  const folder = test.testdir({
    wireless: pcap([packet], { linkType: 105 }),
    unheard: pcap([], { linkType: 4242 }),
    mixed: section(true, [
      interfaceBlock({ linkType: 1 }),
      interfaceBlock({ linkType: 220 }),
      enhancedPacket([1]),
      enhancedPacket([2], { interfaceIndex: 1 }),
      enhancedPacket([3]),
      enhancedPacket([4], { interfaceIndex: 1 }),
    ]),
  });
  test.strictSame(await readWhole(`${folder}/wireless`), {
    packets: [],
    fault: "weir doesn't read link type 105 (802.11)",
    at: 1,
  });
  test.match(await readWhole(`${folder}/unheard`), { fault: "weir doesn't read link type 4242", at: 1 });
  test.match(await readWhole(`${folder}/mixed`), {
    packets: [{ octets: [1] }, { octets: [3] }],
    fault: "weir doesn't read link type 220 (Linux USB, padded), that of interface 1",
    at: 2,
  });
});

await t.test("an interface of another link type does no harm as long as it has no packet", async (test) => {
  const file = section(true, [interfaceBlock({ linkType: 1 }), interfaceBlock({ linkType: 220 }), enhancedPacket([1])]);
  test.match(await readWhole(`${test.testdir({ file })}/file`), { packets: [{ octets: [1] }], count: 1 });
});

await t.test("what is no capture at all", async (test) => {
  const capture = pcap([packet]);
  const folder = test.testdir({
    empty: "",
    text: "apiVersion: v1\n",
    bzip2: Buffer.from("BZh91AY&SY"),
    xz: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    twice: gzipSync(gzipSync(capture)),
  });
  test.strictSame(await readWhole(`${folder}/empty`), { packets: [], fault: "the file is empty", at: 1 });
  test.match(await readWhole(`${folder}/text`), {
    fault: "not a pcap or pcapng capture: it begins with 0x61706956",
    at: 1,
  });
  for (const name of ["bzip2", "xz"]) {
    const fault = `the file is compressed with ${name}: decompress it first, as in ${name} -dc FILE | weir ... --pcap -`;
    test.match(await readWhole(`${folder}/${name}`), { fault, at: 1 });
  }
  test.match(await readWhole(`${folder}/twice`), { fault: "the file is compressed twice, with gzip at last", at: 1 });
});

await t.test("a file that can't be opened has no packet to blame", async (test) => {
  const folder = test.testdir({ secret: pcap([]) });
  test.strictSame(await readWhole(folder), { packets: [], fault: "a directory, not a capture file", at: undefined });
  test.match(await readWhole(`${folder}/missing`), { fault: "no such file", at: undefined });
  await test.rejects(
    readSavefile(`${folder}/missing`, () => {}),
    { message: `${folder}/missing: no such file` },
  );
  chmodSync(`${folder}/secret`, 0o000);
  test.match(await asNobody(() => readWhole(`${folder}/secret`)), { fault: "no permission to read it", at: undefined });
});

/** Root may read everything. */
async function asNobody<Result>(read: () => Promise<Result>): Promise<Result> {
  if (process.geteuid!() !== 0) return await read();
  process.seteuid!(65534);
  try {
    return await read();
  } finally {
    process.seteuid!(0);
  }
}

await t.test("octets changed at random give packets within the buffer, then the end or a fault", async (test) => {
  const packets = Array.from({ length: 20 }, (_, index) => Array.from({ length: index }, () => index));
  const originals = [
    pcap(packets.map((octets) => ({ octets }))),
    section(true, [interfaceBlock({ resolution: 9, offset: 5 }), ...packets.map((octets) => enhancedPacket(octets))]),
    section(false, [interfaceBlock({ snapLength: 99 }), ...packets.map((octets) => simplePacket(octets))]),
  ];
  const path = `${test.testdir({ file: "" })}/file`;
  const changes = fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { minLength: 1, maxLength: 5 });
  const isSound = fc.asyncProperty(fc.constantFrom(...originals), changes, async (original, changed) => {
    const file = Buffer.from(original);
    for (const [at, octet] of changed) file[at % file.length] = octet;
    writeFileSync(path, file);
    return readsSoundly(path);
  });
  await test.resolves(fc.assert(isSound, { numRuns: 1000 }));
});

async function readsSoundly(path: string): Promise<boolean> {
  let areSound = true;
  try {
    await readSavefile(path, ({ start, end, bytes, timeUs, originalLength }) => {
      const isWithin = start <= end && end <= bytes.length && originalLength >= end - start;
      areSound &&= isWithin && Number.isSafeInteger(timeUs) && timeUs >= 0;
    });
  } catch (error) {
    return areSound && error instanceof SavefileFault && !error.message.includes("\n");
  }
  return areSound;
}
