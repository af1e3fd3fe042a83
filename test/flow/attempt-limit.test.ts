import t from "tap";
import { AttemptLimit } from "../../src/flow/attempt-limit.ts";
import type { Connection, FlowEvent, Outcome } from "../../src/flow/connection.ts";

const SECOND_US = 1_000_000;

function closed(outcome: Outcome): FlowEvent {
  const end = { ip: "10.0.0.1", port: 80 };
  const rest = { bytes: null, startUs: 0, endUs: 0, nat: [] } as const;
  const connection: Connection = { id: "1", protocol: "TCP", client: end, server: end, outcome, ...rest };
  return { kind: "closed", connection };
}

const admitted = (limit: AttemptLimit, outcome: Outcome, times: number): number =>
  Array.from({ length: times }, () => limit.admits(closed(outcome))).filter(Boolean).length;

await t.test("failed attempts are told up to the rate, the rest is counted", async (t) => {
  const limit = new AttemptLimit(100);
  limit.refill(0);
  t.equal(admitted(limit, "unanswered", 360), 360);
  t.equal(admitted(limit, "half-open", 60), 40);
  t.equal(limit.untold, 20);
  limit.refill(SECOND_US / 2);
  t.equal(admitted(limit, "refused", 60), 50);
  limit.refill(100 * SECOND_US);
  t.equal(admitted(limit, "refused", 600), 400, "a quiet time saves up no more than four seconds");
});

await t.test("what was established is always told", async (t) => {
  const limit = new AttemptLimit(0);
  t.equal(admitted(limit, "established", 10) + admitted(limit, "inferred", 10), 20);
  t.ok(limit.admits({ kind: "opened", connection: (closed("established") as { connection: Connection }).connection }));
  t.equal(limit.untold, 0);
});
