import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { Overlap } from "../../src/capture/overlap.ts";

function frameOf(octets: readonly number[], timeUs = 0, originalLength = octets.length): Frame {
  return { linkType: 1, timeUs, bytes: Uint8Array.from(octets), start: 0, end: octets.length, originalLength };
}

await t.test("a packet that the old session told is taken from the new one, whatever its time", async (t) => {
  const overlap = new Overlap();
  overlap.note(frameOf([1, 2, 3], 100));
  t.equal(overlap.takes(frameOf([1, 2, 3], 97)), true);
  t.equal(overlap.takes(frameOf([1, 2, 3], 97)), false, "the same again is another packet");
});

await t.test("as many equal packets are taken as were told", async (t) => {
  const overlap = new Overlap();
  for (let n = 0; n < 3; n++) overlap.note(frameOf([7, 7]));
  t.strictSame(
    [1, 2, 3, 4].map(() => overlap.takes(frameOf([7, 7]))),
    [true, true, true, false],
  );
});

await t.test("packets that differ in one octet, or in what was cut off, are not the same", async (t) => {
  const overlap = new Overlap();
  overlap.note(frameOf([1, 2, 3]));
  t.equal(overlap.takes(frameOf([1, 2, 4])), false);
  t.equal(overlap.takes(frameOf([1, 2, 3], 0, 1_500)), false);
});
