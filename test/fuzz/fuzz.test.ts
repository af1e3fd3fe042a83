import t from "tap";
import { captures, soundCaptures } from "./captures.ts";
import { framesOf, fuzzPackets } from "./fuzz-packets.ts";
import { fuzzSavefiles } from "./fuzz-savefiles.ts";

/** Always the same, so that a failure is one of the code that was changed; `make fuzz` takes another each time. */
const seed = 20_240_101;

await t.test("broken packets do no harm: decoder, flows, and events as lines and back", async (test) => {
  const originals = await framesOf(soundCaptures);
  const packets = fuzzPackets({ originals, seed, packets: 50_000, deadlineMs: Infinity });
  test.equal(packets, 50_000);
});

await t.test("broken capture files give packets, then their end or a fault, alone and merged", async (test) => {
  const folder = test.testdir({});
  const files = await fuzzSavefiles({ originals: captures, folder, seed, files: 300, deadlineMs: Infinity });
  test.equal(files, 300);
});
