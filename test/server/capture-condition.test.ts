import t from "tap";
import type { CaptureStatus } from "../../src/flow/connection.ts";
import { captureCondition } from "../../src/server/capture-condition.ts";

const feed = { isConnected: true, restarts: 2, badLines: 0 };
const status: CaptureStatus = {
  packets: 9,
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
  timeUs: 0,
};

await t.test(
  "a capture that hears its own packets is well, and one that can send none is taken for well",
  async (t) => {
    t.strictSame(captureCondition(feed, status), { name: "capture", ok: true, detail: "restarted 2 times" });
    t.equal(captureCondition(feed, { ...status, isSilent: null }).ok, true);
  },
);

await t.test(
  "a capture that is not there, hears nothing or has no interface is not ready, and says which",
  async (t) => {
    t.match(captureCondition({ ...feed, isConnected: false }, status), { ok: false, detail: /^no capture process/u });
    t.match(captureCondition(feed, { ...status, isSilent: true }), { ok: false, detail: /^nothing comes through/u });
    t.match(captureCondition(feed, { ...status, interfaces: 0 }), { ok: false, detail: /^no interface is captured/u });
  },
);
