import t from "tap";
import { QuietSessions } from "../../src/capture/quiet-sessions.ts";

const MINUTE_MS = 60_000;
const at = (nowMs: number, carried: number, received = 0) => ({ name: "eth1", received, carried, nowMs });

await t.test(
  "a busy interface of which nothing passed the filter for a minute is opened anew, ever less often",
  async (t) => {
    const quiet = new QuietSessions();
    const minutes = Array.from({ length: 300 }, (_, minute) => minute);
    const anew = minutes.filter((minute) => quiet.isSuspicious(at(minute * MINUTE_MS, minute * 10_000)));
    t.strictSame(anew, [1, 3, 7, 15, 31, 63, 123, 183, 243]);
  },
);

await t.test("an interface that carries little, or of which something passed, is left alone", async (t) => {
  const quiet = new QuietSessions();
  quiet.isSuspicious(at(0, 0));
  t.notOk(quiet.isSuspicious(at(10 * MINUTE_MS, 9_999)));
  t.notOk(quiet.isSuspicious(at(11 * MINUTE_MS, 50_000, 1)));
  t.notOk(quiet.isSuspicious(at(11.5 * MINUTE_MS, 70_000, 1)));
});
