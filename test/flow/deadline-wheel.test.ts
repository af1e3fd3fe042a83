import * as fc from "fast-check";
import t from "tap";
import { DeadlineWheel } from "../../src/flow/deadline-wheel.ts";

const SECOND = 1_000_000;

interface Member {
  readonly name: number;
  deadlineUs: number;
  slot: number;
  position: number;
}

function member(name: number, seconds: number): Member {
  return { name, deadlineUs: seconds * SECOND, slot: -1, position: 0 };
}

/** A wheel at time 0 and what it has called, each once. */
function wheel(): { wheel: DeadlineWheel<Member>; called: number[] } {
  const called: number[] = [];
  const made = new DeadlineWheel<Member>((due) => {
    called.push(due.name);
    due.deadlineUs = Number.POSITIVE_INFINITY;
  });
  made.advance(0);
  return { wheel: made, called };
}

await t.test("whoever is due is called, to within a second, however long the gap", async () => {
  const seconds = fc.integer({ min: 0, max: 2_000 });
  fc.assert(
    fc.property(fc.array(seconds, { maxLength: 30 }), fc.array(seconds, { maxLength: 20 }), (deadlines, times) => {
      const { wheel: made, called } = wheel();
      const members = deadlines.map((deadline, name) => member(name, deadline));
      for (const one of members) made.add(one);
      const at = [...times].sort((a, b) => a - b);
      for (const time of at) made.advance(time * SECOND);
      const last = at.at(-1) ?? 0;
      const isRight = deadlines.every((deadline, name) => {
        const isCalled = called.includes(name);
        return deadline <= last - 2 ? isCalled : deadline > last ? !isCalled : true;
      });
      return isRight && new Set(called).size === called.length;
    }),
  );
});

await t.test("after a long gap the earliest are called first", async (t) => {
  const { wheel: made, called } = wheel();
  for (const [name, seconds] of [
    [1, 120],
    [2, 2],
    [3, 250],
  ] as const)
    made.add(member(name, seconds));
  made.advance(100_000 * SECOND);
  t.strictSame(called, [2, 1, 3]);
});

await t.test("a deadline that moves later costs no call; one that moves earlier is honoured when told", async (t) => {
  const { wheel: made, called } = wheel();
  const later = member(1, 5);
  const earlier = member(2, 100);
  made.add(later);
  made.add(earlier);
  later.deadlineUs = 50 * SECOND;
  earlier.deadlineUs = 3 * SECOND;
  made.add(earlier);
  made.advance(10 * SECOND);
  t.strictSame(called, [2]);
  made.advance(60 * SECOND);
  t.strictSame(called, [2, 1]);
});

await t.test("whoever is taken out is not called, and the others are", async (t) => {
  const { wheel: made, called } = wheel();
  const members = [1, 2, 3, 4].map((name) => member(name, 5));
  for (const one of members) made.add(one);
  made.remove(members[1]!);
  made.remove(members[3]!);
  made.advance(10 * SECOND);
  t.strictSame(
    called.sort((a, b) => a - b),
    [1, 3],
  );
});
