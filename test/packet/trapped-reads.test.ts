import * as fc from "fast-check";
import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { LinkType } from "../../src/capture/link-type.ts";
import { decode } from "../../src/packet/decode.ts";
import { Headers } from "../../src/packet/headers.ts";
import { framesOf } from "../fuzz/fuzz-packets.ts";
import { soundCaptures } from "../fuzz/captures.ts";
import { PacketMutator } from "../fuzz/packet-mutator.ts";
import { Random } from "../fuzz/random.ts";

/** The same octets, of which reading one outside `[start, end)` throws. */
function trapped({ bytes, start, end }: Frame): Uint8Array {
  return new Proxy(bytes, {
    get(target, key) {
      const index = typeof key === "string" ? Number(key) : Number.NaN;
      if (Number.isNaN(index)) throw new Error(`a decoder uses ${String(key)} of the bytes`);
      if (index < start || index >= end) throw new Error(`octet ${index} is read, outside ${start} to ${end}`);
      return target[index];
    },
  });
}

const headers = new Headers();

function readsWithin(frame: Frame): boolean {
  decode({ ...frame, bytes: trapped(frame) }, headers);
  return true;
}

await t.test("the trap works", async (test) => {
  const bytes = trapped({ linkType: 1, timeUs: 0, bytes: new Uint8Array(10), start: 2, end: 8, originalLength: 6 });
  test.equal(bytes[2], 0);
  test.throws(() => bytes[1]);
  test.throws(() => bytes[8]);
});

await t.test("no decoder reads an octet outside the packet, whatever the octets are", async (test) => {
  for (const linkType of Object.values(LinkType)) {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), fc.nat(60), (bytes, before, behind) => {
      const start = Math.min(before, bytes.length);
      const end = Math.max(start, bytes.length - behind);
      return readsWithin({ linkType, timeUs: 0, bytes, start, end, originalLength: end - start + behind });
    });
    test.doesNotThrow(() => fc.assert(property, { numRuns: 500 }), `link type ${linkType}`);
  }
});

await t.test("nor of the captures' packets, broken in any way", async (test) => {
  const mutator = new PacketMutator(await framesOf(soundCaptures), new Random(7));
  test.doesNotThrow(() => {
    for (let count = 0; count < 20_000; count++) {
      mutator.next();
      readsWithin(mutator.frame);
    }
  });
});
