import t from "tap";
import { SteadyClock } from "../../src/capture/steady-clock.ts";

const SECOND_US = 1_000_000;
const HOUR_US = 3_600 * SECOND_US;
const START_US = 1_704_067_200 * SECOND_US;

function makeClocks() {
  const now = { monotonicUs: 0, wallUs: START_US };
  const clock = new SteadyClock({ wallUs: () => now.wallUs, monotonicUs: () => now.monotonicUs });
  const pass = (us: number): void => {
    now.monotonicUs += us;
    now.wallUs += us;
  };
  return { clock, pass, set: (byUs: number) => (now.wallUs += byUs), now };
}

for (const [name, stepUs] of [
  ["forward", HOUR_US],
  ["back", -HOUR_US],
] as const) {
  await t.test(
    `a wall clock set ${name} by an hour moves no packet, and what is told bears the new time`,
    async (t) => {
      const { clock, pass, set, now } = makeClocks();
      pass(10 * SECOND_US);
      const waiting = now.wallUs; // stamped before the step, read after it
      set(stepUs);
      pass(SECOND_US / 10);
      const fresh = now.wallUs;
      t.equal(clock.ofPacket(fresh, clock.nowUs()), START_US + 10.1 * SECOND_US);
      t.equal(clock.ofPacket(waiting, clock.nowUs()), START_US + 10 * SECOND_US);
      t.equal(clock.nowUs(), START_US + 10.1 * SECOND_US);
      t.equal(clock.nowUs() + clock.steppedUs, now.wallUs);
      t.equal(clock.steps, 1);
    },
  );
}

await t.test("a clock that is disciplined bit by bit is not taken for one that was set", async (t) => {
  const { clock, pass, set } = makeClocks();
  pass(SECOND_US);
  set(300_000);
  clock.followWall();
  t.equal(clock.steppedUs, 0);
});

await t.test("packets that waited long in a ring keep their time where nobody set the clock", async (t) => {
  const { clock, pass, now } = makeClocks();
  const waiting = now.wallUs;
  pass(60 * SECOND_US);
  t.equal(clock.ofPacket(waiting, clock.nowUs()), START_US);
  t.equal(clock.steps, 0);
});

await t.test("a time is whole microseconds, whatever the fraction of the monotonic clock", async (t) => {
  const { clock, now } = makeClocks();
  now.monotonicUs += 340.6;
  t.equal(clock.nowUs(), START_US + 341);
});
