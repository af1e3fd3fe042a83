import t from "tap";
import { defaultSweepSettings, Sweeps } from "../../src/flow/sweeps.ts";
import { Random } from "../random.ts";

/** When capture listened in its first half hour, in seconds. */
function spans(random: () => number): readonly (readonly [number, number])[] {
  const sweeps = new Sweeps(defaultSweepSettings, random);
  const all: [number, number][] = [];
  for (let turn = 0; turn < 1_800 * 20; turn++) {
    const step = sweeps.decide(1e12 + turn * 50_000, 0);
    if (step === "begin") all.push([turn / 20, Number.POSITIVE_INFINITY]);
    if (step === "end") all.at(-1)![1] = turn / 20;
  }
  return all;
}

/** The share of connections, each sending a segment every `seconds` on average, that were heard. */
function heard(seconds: number): number {
  const source = new Random(seconds);
  const random = (): number => source.next();
  const listened = spans(random);
  let count = 0;
  for (let n = 0; n < 4_000; n++) {
    let at = 0;
    let isHeard = false;
    while (!isHeard && at < 1_800) {
      at -= Math.log(1 - random()) * seconds;
      isHeard = listened.some(([from, to]) => at >= from && at < to);
    }
    count += Number(isHeard);
  }
  return count / 4_000;
}

for (const seconds of [1, 10, 60, 600]) {
  await t.test(`a segment every ${seconds} s on average is heard with the chance that is stated`, async (t) => {
    const stated = 1 - Math.exp(-60 / seconds);
    const measured = heard(seconds);
    t.comment(`${(measured * 100).toFixed(1)} % heard, ${(stated * 100).toFixed(1)} % stated`);
    t.ok(Math.abs(measured - stated) < 0.03, `${measured} heard, ${stated} stated`);
  });
}
