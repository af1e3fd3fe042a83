import t from "tap";
import { Random } from "../random.ts";
import {
  anyConnection,
  bursty,
  independent,
  type Outcome,
  periodic,
  stretchOfTime,
  watch,
  watchInPart,
  wholeEdges,
} from "./synthetic-workload.ts";

/** Some 1,900 workloads, whose true edges are known. */
const outcomes = (count: number, make: (random: () => number) => Parameters<typeof watch>[0]): readonly Outcome[] => {
  const source = new Random(20_240_101);
  const random = (): number => source.next();
  return Array.from({ length: count }, () => watch(make(random)));
};

await t.test("where connections are independent the bound holds in at least 95 of 100 workloads", async (t) => {
  const all = outcomes(600, independent);
  const slack = quantiles(all.map(({ chanceOfNew, missing }) => chanceOfNew - missing));
  t.comment(`${held(all)} of ${all.length} held; above the truth by ${slack}`);
  t.ok(held(all) >= 0.95 * all.length, `${held(all)} of ${all.length}`);
  const many = all.filter(({ chanceOfNew }) => chanceOfNew < 1);
  t.ok(many.length > 300, "and says something of most");
  t.ok(median(many.map(({ chanceOfNew, missing }) => chanceOfNew - missing)) < 0.25, "not far above the truth");
});

await t.test("where they come in bursts it holds of the next burst", async (t) => {
  const all = outcomes(300, bursty);
  const slack = quantiles(all.map(({ chanceOfNew, missing }) => chanceOfNew - missing));
  t.comment(`${held(all)} of ${all.length} held; above the truth by ${slack}`);
  t.ok(held(all) >= 0.95 * all.length, `${held(all)} of ${all.length}`);
  t.strictSame(
    tally(all.filter(({ missing }) => missing > 0.05)).learned,
    0,
    "none that misses much is called learned",
  );
});

for (const [name, loss] of Object.entries({ anyConnection, wholeEdges, stretchOfTime }))
  await t.test(`where a share is lost (${name}), up to a half, it holds with what the loss adds`, async (t) => {
    for (const [kind, make] of Object.entries({ independent, bursty })) {
      const source = new Random(20_240_102);
      const random = (): number => source.next();
      const all = Array.from({ length: 150 }, () => watchInPart(make(random), loss, random));
      const slack = quantiles(all.map(({ chanceOfNew, missing }) => chanceOfNew - missing));
      const withoutIt = all.map((one) => ({ ...one, chanceOfNew: unraised(one) }));
      t.comment(
        `${kind}: ${held(all)} of ${all.length} held; above the truth by ${slack}; ${held(withoutIt)} would without it`,
      );
      t.ok(held(all) >= 0.95 * all.length, `${kind}: ${held(all)} of ${all.length}`);
    }
  });

await t.test("a job that may not have come in the time watched keeps the word from learned", async (t) => {
  const twoDays = outcomes(30, (random) => periodic(7, 2, random));
  const sixHours = outcomes(30, (random) => periodic(1, 0.25, random));
  const nineDays = outcomes(20, (random) => periodic(7, 9, random));
  const tenDays = outcomes(20, (random) => periodic(1, 10, random));
  for (const [name, all] of Object.entries({ twoDays, sixHours, nineDays, tenDays }))
    t.comment(`${name}: ${JSON.stringify(tally(all))}, ${all.filter(({ missing }) => missing > 0).length} miss a job`);
  t.ok(twoDays.some(({ missing }) => missing > 0) && sixHours.some(({ missing }) => missing > 0), "jobs are missed");
  t.equal(tally([...twoDays, ...sixHours]).learned, 0);
  t.ok(
    [...nineDays, ...tenDays].every(({ missing }) => missing === 0),
    "in longer than a period all have come",
  );
  t.equal(tally([...nineDays, ...tenDays]).learned, 40, "and then it is learned");
});

/** The bound as it would be if what was lost were not known. */
function unraised({ chanceOfNew, lostShare = 0 }: Outcome): number {
  return lostShare === 1 ? 0 : (chanceOfNew - lostShare) / (1 - lostShare);
}

function held(all: readonly Outcome[]): number {
  return all.filter(({ missing, chanceOfNew }) => missing <= chanceOfNew).length;
}

function tally(all: readonly Outcome[]): Record<"learning" | "settling" | "learned", number> {
  const count = (word: Outcome["word"]): number => all.filter((one) => one.word === word).length;
  return { learning: count("learning"), settling: count("settling"), learned: count("learned") };
}

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(3);
  return `${at(0.05)} (5 %), ${at(0.5)} (median), ${at(0.95)} (95 %)`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
