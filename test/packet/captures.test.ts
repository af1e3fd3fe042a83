import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { readSavefile } from "../../src/capture/savefile.ts";
import { decode } from "../../src/packet/decode.ts";
import { decodeDnsResponse } from "../../src/packet/dns.ts";
import { Headers, Protocol } from "../../src/packet/headers.ts";
import { Conversations } from "./conversations.ts";

const folder = fileURLToPath(new URL("../captures/", import.meta.url));
const captures = readdirSync(folder).filter((name) => /^(?!broken).*\.pcap(ng)?$/.test(name));

/** Lines of the expected file, without what is in tunnels or in DNS messages. */
function expected(capture: string) {
  const lines = readFileSync(`${folder}${capture}.expected.txt`, "utf8").trimEnd().split("\n");
  return {
    packets: Number(/packets=(\d+)/.exec(lines.find((line) => line.startsWith("#META")) ?? "")?.[1]),
    lines: lines.filter((line) => !/^#|^DNS|encap=/.test(line)).toSorted(),
  };
}

await t.test("every packet and every conversation that tshark sees is seen", async (test) => {
  for (const capture of captures) {
    const conversations = new Conversations();
    const packets = await readSavefile(folder + capture, conversations.add);
    test.strictSame({ packets, lines: conversations.lines() }, expected(capture), capture);
  }
});

await t.test("every packet has headers", async (test) => {
  for (const capture of captures) {
    const conversations = new Conversations();
    await readSavefile(folder + capture, conversations.add);
    test.strictSame(conversations.unreadable, new Map(), capture);
  }
});

await t.test("the DNS answer that tshark sees is found, under the name that was asked", async (test) => {
  const headers = new Headers();
  const answers: unknown[] = [];
  await readSavefile(`${folder}pcapng-eleven-interfaces.pcapng`, (frame) => {
    if (decode(frame, headers) !== undefined || headers.protocol !== Protocol.UDP || headers.sourcePort !== 53) return;
    const answer = decodeDnsResponse(frame.bytes, headers.payloadStart, headers.payloadEnd);
    if (answer?.type === "A") answers.push(answer);
  });
  const last = [227, 224, 225, 231, 226, 232, 230, 233, 228, 229, 238];
  const addresses = last.map((octet) => `74.125.228.${octet}`);
  test.strictSame(answers, [{ id: 41177, name: "clients6.google.com", type: "A", addresses, ttlSeconds: 16 }]);
});

await t.test("captures with octets changed at random decode without throwing", async (test) => {
  const frames: Frame[] = [];
  for (const capture of captures) {
    await readSavefile(folder + capture, (frame) => {
      if (frames.length < 1000) frames.push({ ...frame, bytes: frame.bytes.slice(0, frame.end) });
    });
  }
  const headers = new Headers();
  const change = fc.tuple(fc.nat(120), fc.nat(255));
  test.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.array(change, { minLength: 1, maxLength: 8 }), (frame, changes) => {
        const bytes = Uint8Array.from(frame.bytes);
        for (const [at, octet] of changes) if (frame.start + at < frame.end) bytes[frame.start + at] = octet;
        decode({ ...frame, bytes }, headers);
        decodeDnsResponse(bytes, headers.payloadStart, headers.payloadEnd);
        return headers.payloadStart >= frame.start && headers.payloadEnd <= frame.end;
      }),
      { numRuns: 2000 },
    ),
  );
});
