import t from "tap";
import { type PartPaces, PartSchedule } from "../../src/profile/part/part-schedule.ts";

const paces: PartPaces = { gatherMs: 10, newEdgesMs: 100, countsFirstMs: 1_000, countsMostMs: 4_000, refusedMs: 500 };

/** When it is due, by asking at each millisecond; undefined for not at all within the time. */
function dueAt(schedule: PartSchedule, fromMs: number, untilMs = fromMs + 20_000): number | undefined {
  for (let ms = fromMs; ms <= untilMs; ms += 1) if (schedule.due(ms) !== undefined) return ms;
  return undefined;
}

await t.test("new edges are gathered for a moment, and then told no more often than they may", (t) => {
  const schedule = new PartSchedule(paces);
  schedule.changed("a", 1, 0);
  schedule.changed("a", 2, 5);
  t.equal(dueAt(schedule, 5), 10, "the first decides");
  schedule.wrote("a", 2, 10);
  t.equal(dueAt(schedule, 10), undefined);
  schedule.changed("a", 3, 20);
  t.equal(dueAt(schedule, 20), 110);
  t.end();
});

await t.test("counts alone are told ever more seldom, until an edge is new", (t) => {
  const schedule = new PartSchedule(paces);
  schedule.changed("a", 1, 0);
  schedule.wrote("a", 1, 0);
  let ms = 0;
  const waits = Array.from({ length: 5 }, () => {
    schedule.changed("a", 1, ms + 1);
    const due = dueAt(schedule, ms + 1)!;
    const wait = due - ms;
    schedule.wrote("a", 1, due);
    ms = due;
    return wait;
  });
  t.strictSame(waits, [1_000, 2_000, 4_000, 4_000, 4_000]);
  schedule.changed("a", 2, ms + 1);
  t.equal(dueAt(schedule, ms + 1), ms + 100);
  schedule.wrote("a", 2, ms + 100);
  schedule.changed("a", 2, ms + 101);
  t.equal(dueAt(schedule, ms + 101), ms + 100 + 1_000, "and from the beginning");
  t.end();
});

await t.test("what changes while a part is under way is not lost", (t) => {
  const schedule = new PartSchedule(paces);
  schedule.changed("a", 1, 0);
  schedule.changed("a", 1, 15);
  schedule.wrote("a", 1, 10);
  t.equal(dueAt(schedule, 15), 10 + 1_000);
  t.end();
});

await t.test("what is found written is not written again until it changes", (t) => {
  const schedule = new PartSchedule(paces);
  schedule.found("a", 3, 0);
  t.equal(dueAt(schedule, 0), undefined);
  schedule.changed("a", 3, 50);
  t.equal(dueAt(schedule, 50), 1_000);
  schedule.demand("a", 60);
  t.equal(dueAt(schedule, 60), 60, "or must be");
  t.end();
});

await t.test("a workload that has come waits for its first edges, which may not come", (t) => {
  const schedule = new PartSchedule(paces);
  schedule.present("a", 0);
  t.equal(dueAt(schedule, 0), 100);
  schedule.changed("a", 1, 20);
  t.equal(dueAt(schedule, 20), 30);
  t.end();
});

await t.test("the longest due goes first; a refused one lets the others pass", (t) => {
  const schedule = new PartSchedule(paces);
  schedule.changed("a", 1, 0);
  schedule.changed("b", 1, 1);
  t.equal(schedule.due(20), "a");
  t.equal(schedule.waiting(20), 2);
  schedule.refused("a", 20);
  t.equal(schedule.due(20), "b");
  schedule.wrote("b", 1, 20);
  t.equal(dueAt(schedule, 20), 520);
  t.end();
});
