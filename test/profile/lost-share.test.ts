import t from "tap";
import { lostConnections } from "../../src/profile/interval-loss.ts";
import { lostShare, type View } from "../../src/profile/lost-share.ts";
import { type Losses, ObservedWindow } from "../../src/profile/observed-window.ts";
import type { CaptureStatus } from "../../src/flow/connection.ts";

const SECOND_US = 1_000_000;
const NONE: Losses = { dropped: 0, sampledOut: 0, overflowed: 0, evicted: 0, restarts: 0, unwatchedUs: 0 };
const WHOLE: View = {
  window: { sinceUs: 0, untilUs: 100 * SECOND_US, losses: NONE, older: null },
  nodes: { seen: 4, expected: 4 },
  connections: 90,
  overflowed: 0,
};
const STATUS: CaptureStatus = {
  packets: 0,
  dropped: 0,
  overflowed: 0,
  evicted: 0,
  unreadable: {},
  sampledOut: 0,
  untold: 0,
  interfaces: 1,
  interfacesNotCaptured: 0,
  reopened: 0,
  isSilent: false,
  startedUs: 0,
  timeUs: 0,
};

function near(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function withLosses(losses: Partial<Losses>): View {
  return { ...WHOLE, window: { ...WHOLE.window, losses: { ...NONE, ...losses } } };
}

await t.test("where all was seen, or nothing is known of losses, nothing is lost", async (t) => {
  t.equal(lostShare(WHOLE), 0);
  t.equal(lostShare({ ...WHOLE, window: { ...WHOLE.window, losses: null } }), 0);
  t.equal(lostShare({ ...WHOLE, nodes: { seen: 0, expected: 0 }, connections: 0 }), 0);
});

await t.test("nodes without word, time without watch, losses and what found no room each count", async (t) => {
  t.equal(near(lostShare({ ...WHOLE, nodes: { seen: 3, expected: 4 } })), 0.25);
  t.equal(near(lostShare(withLosses({ unwatchedUs: 20 * SECOND_US }))), 0.2);
  t.equal(near(lostShare(withLosses({ told: 400, lost: 100 }))), 0.2);
  t.equal(near(lostShare({ ...WHOLE, overflowed: 10 })), 0.1);
});

await t.test("together they are what at least one of them took", async (t) => {
  const view = { ...withLosses({ unwatchedUs: 50 * SECOND_US }), nodes: { seen: 1, expected: 2 } };
  t.equal(near(lostShare(view)), 0.75);
});

await t.test("a store of an earlier version told packets: each is taken for a connection", async (t) => {
  t.equal(near(lostShare(withLosses({ dropped: 5, evicted: 5 }))), 0.1);
});

await t.test("an interval lost as many connections as its share of packets makes likely", async (t) => {
  const counts = { packets: 900, dropped: 0, sampledOut: 0, overflowed: 0, evicted: 0 };
  t.equal(lostConnections(counts, 100), 0);
  t.equal(near(lostConnections({ ...counts, sampledOut: 900 }, 100)), 100, "half was left out, half was told");
  t.equal(near(lostConnections({ ...counts, dropped: 100 }, 100)), near(100 * (0.9 ** -4 - 1)), "four packets each");
  t.equal(near(lostConnections({ ...counts, overflowed: 2, evicted: 3 }, 100)), 5);
  t.ok(lostConnections({ ...counts, sampledOut: 900 }, 0) >= 1, "one at least where nothing was told");
  t.ok(lostConnections({ ...counts, packets: 0, dropped: 900 }, 0) < 100, "a flood without any told is no end of them");
});

await t.test(
  "a window estimates by the seconds in which packets were lost, not by what came at other times",
  async (t) => {
    const window = new ObservedWindow();
    const tell = (count: number): void => {
      for (let turn = 0; turn < count; turn++) window.addConnection({ startUs: 0, endUs: 0 });
    };
    window.addStatus(STATUS);
    tell(1_000);
    window.addStatus({ ...STATUS, packets: 4_000, timeUs: SECOND_US });
    tell(10);
    window.addStatus({ ...STATUS, packets: 4_100, sampledOut: 100, timeUs: 2 * SECOND_US });
    t.match(window.now.losses, { told: 1_010, lost: 10, sampledOut: 100 });
  },
);

await t.test("what a store of an earlier version kept is added to as connections", async (t) => {
  const window = new ObservedWindow();
  window.restore({ sinceUs: 0, untilUs: 1, losses: { ...NONE, dropped: 3 }, older: null });
  window.addStatus({ ...STATUS, packets: 10, timeUs: 2 });
  t.match(window.now.losses, { dropped: 3, lost: 3 });
});
