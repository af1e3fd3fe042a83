import t from "tap";
import { Silence } from "../../src/capture/silence.ts";

const SECOND_US = 1_000_000;

/** Seconds at which capture is opened anew, of the first 200, with a beat a second that never comes back. */
function whenOpenedAnew(silence: Silence, counts: (second: number) => { packets: number; dropped: number }): number[] {
  const seconds = Array.from({ length: 200 }, (_, second) => second);
  return seconds.filter((second) => silence.isOver(second * SECOND_US, { sent: second, ...counts(second) }));
}

await t.test("five missing beats are silence, and it is opened anew, less and less often", async (t) => {
  const silence = new Silence();
  t.strictSame(
    whenOpenedAnew(silence, () => ({ packets: 0, dropped: 0 })),
    [5, 15, 35, 75, 135, 195],
  );
  t.equal(silence.isSilent, true);
});

await t.test("other packets do not make up for missing beats", async (t) => {
  const silence = new Silence();
  t.equal(whenOpenedAnew(silence, (second) => ({ packets: second * 100, dropped: 0 }))[0], 5);
});

await t.test(
  "beats lost in a flood that is told as drops are no silence, unless nothing is delivered either",
  async (t) => {
    const flood = new Silence();
    t.strictSame(
      whenOpenedAnew(flood, (second) => ({ packets: second * 100_000, dropped: second * 50_000 })),
      [],
    );
    t.equal(flood.isSilent, false);
    const stuck = new Silence();
    t.equal(whenOpenedAnew(stuck, (second) => ({ packets: 0, dropped: second * 50_000 }))[0], 5);
  },
);

await t.test("where no beat can be sent, none is missed", async (t) => {
  const silence = new Silence();
  t.equal(silence.isOver(0, { sent: 0, packets: 0, dropped: 0 }), false);
  t.equal(silence.isOver(100 * SECOND_US, { sent: 0, packets: 0, dropped: 0 }), false);
});

await t.test("a beat that comes back ends it", async (t) => {
  const silence = new Silence();
  whenOpenedAnew(silence, () => ({ packets: 0, dropped: 0 }));
  silence.onBeat(200 * SECOND_US, { sent: 200, packets: 1, dropped: 0 });
  t.equal(silence.isSilent, false);
  t.equal(silence.isOver(204 * SECOND_US, { sent: 204, packets: 1, dropped: 0 }), false);
  t.equal(silence.isOver(205 * SECOND_US, { sent: 205, packets: 1, dropped: 0 }), true, "patience is short again");
});
