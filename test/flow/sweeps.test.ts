import t from "tap";
import { defaultSweepSettings, Sweeps, type SweepSettings } from "../../src/flow/sweeps.ts";

const { firstUs, totalUs, lossPeriodUs } = defaultSweepSettings;

/** Time as capture lets it pass: it asks twenty times a second. */
class Clock {
  readonly sweeps: Sweeps;
  readonly steps: string[] = [];
  packetsPerSecond = 100;
  nowUs = 1e12;
  #packets = 0;
  #isOn = false;

  constructor(settings: Partial<SweepSettings> = {}, random = () => 0.5) {
    this.sweeps = new Sweeps({ ...defaultSweepSettings, ...settings }, random);
  }

  /** Spans, in seconds, in which it listened. */
  run(seconds: number): number[] {
    const spans: number[] = [];
    let beganUs = this.nowUs;
    for (let turn = 0; turn < seconds * 20; turn++) {
      const step = this.sweeps.decide(this.nowUs, this.#packets);
      if (step !== undefined) this.steps.push(step);
      if (step === "begin") beganUs = this.nowUs;
      if (step === "end") spans.push((this.nowUs - beganUs) / 1e6);
      if (step === "begin" || step === "end") this.#isOn = step === "begin";
      if (this.#isOn) this.#packets += this.packetsPerSecond / 20;
      this.nowUs += 50_000;
    }
    return spans;
  }
}

await t.test("at the start it listens at once and in one piece, then now and then, for a minute in all", async (t) => {
  const clock = new Clock();
  const [first, ...others] = clock.run(3_600);
  t.equal(first, firstUs / 1e6);
  t.ok(others.every((seconds) => seconds >= 1 && seconds <= 1.1));
  t.ok(Math.abs(clock.sweeps.status.listenedUs - totalUs) <= 2e6);
  t.equal(clock.sweeps.status.cutShort, 0);
});

await t.test("short sweeps come at random, so that nothing periodic hides between them", async (t) => {
  let turn = 0;
  const clock = new Clock({}, () => (turn++ % 2 === 0 ? 0 : 0.999));
  clock.run(32);
  const waits = [clock.run(9).length, clock.run(24).length];
  t.strictSame(waits, [1, 1]);
});

await t.test("after loss it listens again, but no more than once in a while", async (t) => {
  const clock = new Clock();
  clock.run(3_600);
  clock.sweeps.noteLoss();
  t.strictSame(clock.run(20).map(Math.round), [10]);
  clock.sweeps.noteLoss();
  t.strictSame(clock.run(lossPeriodUs / 1e6 - 21), []);
  t.strictSame(clock.run(20).map(Math.round), [10]);
});

await t.test(
  "on a busy node the heaviest conversations are left out, and then it stops early and says so",
  async (t) => {
    const clock = new Clock();
    clock.packetsPerSecond = 1_000_000;
    clock.run(30);
    t.strictSame(clock.steps.slice(0, 5), ["begin", "narrow", "narrow", "narrow", "end"]);
    t.equal(clock.sweeps.status.cutShort, clock.steps.filter((step) => step === "end").length);
    t.ok(clock.sweeps.status.listenedUs < 2e6);
  },
);

await t.test("a short sweep has a smaller budget, and gives up at once", async (t) => {
  const clock = new Clock();
  clock.run(31);
  clock.steps.length = 0;
  clock.packetsPerSecond = 20_000; // the first would have gone on
  clock.run(30);
  t.ok(clock.sweeps.status.cutShort > 0);
  t.notOk(clock.steps.includes("narrow"));
});

await t.test("once the heaviest are left out it goes on", async (t) => {
  const clock = new Clock();
  clock.packetsPerSecond = 900_000;
  clock.run(0.15);
  clock.packetsPerSecond = 1_000;
  t.strictSame(clock.run(40).slice(0, 1), [firstUs / 1e6 - 0.15]);
  t.strictSame(clock.steps.slice(0, 3), ["begin", "narrow", "end"]);
});
