import t from "tap";
import { nextRingOctets } from "../../src/capture/ring-budget.ts";

const MIB = 1024 * 1024;

await t.test("the first interface has a ring of 4 MiB, the five hundredth still one of 256 KiB", async (t) => {
  const rings: { ringOctets: number }[] = [];
  while (rings.length < 512) rings.push({ ringOctets: nextRingOctets(rings) });
  t.equal(rings[0]!.ringOctets, 4 * MIB);
  t.equal(rings.at(-1)!.ringOctets, MIB / 4);
});

await t.test("all rings together are bounded", async (t) => {
  const rings: { ringOctets: number }[] = [];
  while (rings.length < 512) rings.push({ ringOctets: nextRingOctets(rings) });
  t.ok(rings.reduce((sum, { ringOctets }) => sum + ringOctets, 0) <= (32 + 512 / 4) * MIB);
});
