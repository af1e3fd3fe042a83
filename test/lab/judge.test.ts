import t from "tap";
import type { Connection } from "../../src/flow/connection.ts";
import { describeVerdict } from "./describe-verdict.ts";
import { type Expected, type Sight, expect, isRight, judge, precision, recall } from "./judge.ts";
import type { Truth } from "./truth.ts";

const pod = { ip: "10.81.1.2", port: 40_000 };
const service = { ip: "10.96.0.1", port: 80 };
const backend = { ip: "10.81.1.3", port: 8080 };

function truth(changes: Partial<Truth> = {}): Truth {
  return {
    id: "clusterip#1",
    scenario: "clusterip",
    protocol: "TCP",
    outcome: "established",
    asClient: { client: pod, server: service },
    asServer: { client: pod, server: backend },
    bytes: { toServer: 100, toClient: 200, told: "whole" },
    staysOpen: false,
    ...changes,
  };
}

function record(changes: Partial<Connection> = {}): Connection {
  return {
    id: "1",
    protocol: "TCP",
    client: pod,
    server: backend,
    outcome: "established",
    bytes: { toServer: 100, toClient: 200, exact: true },
    startUs: 1_000_000,
    endUs: 1_100_000,
    nat: [{ client: pod, server: service }],
    ...changes,
  };
}

function expected(truths: readonly Truth[], sight: Sight = "both sides of NAT"): readonly Expected[] {
  return truths.flatMap((each) => expect(each, sight) ?? []);
}

/** What is wrong with one record of one connection. */
function because(recorded: Partial<Connection>, known: Partial<Truth> = {}): readonly string[] {
  return judge(expected([truth(known)]), [record(recorded)]).wrong.flatMap((each) => each.because);
}

await t.test("a record for each connection, and each as it was: precision and recall are 1", async (t) => {
  const verdict = judge(expected([truth()]), [record()]);
  t.ok(isRight(verdict));
  t.strictSame([precision(verdict), recall(verdict)], [1, 1]);
});

await t.test("a connection without a record is missing", async (t) => {
  const other = { ...pod, port: 40_001 };
  const lost = truth({
    id: "clusterip#2",
    asClient: { client: other, server: service },
    asServer: { client: other, server: backend },
  });
  const verdict = judge(expected([truth(), lost]), [record()]);
  t.notOk(isRight(verdict));
  t.strictSame([precision(verdict), recall(verdict)], [1, 0.5]);
  t.match(
    describeVerdict(verdict),
    /^precision 1, recall 0\.5: 2 connections, 1 records\n1 missing\n {2}clusterip#2 /u,
  );
});

await t.test(
  "a record that no connection stands for is extra, and so is a second one of a true connection",
  async (t) => {
    for (const second of [record({ server: service, nat: [] }), record({ id: "2" })]) {
      const verdict = judge(expected([truth()]), [record(), second]);
      t.notOk(isRight(verdict));
      t.strictSame([precision(verdict), recall(verdict), verdict.extra], [0.5, 1, [second]]);
    }
  },
);

await t.test("a client, a server, a port or a protocol that is not the true one is missed and extra", async (t) => {
  for (const change of [
    { client: { ...pod, port: 40_001 } },
    { client: { ...pod, ip: "10.81.1.9" } },
    { server: service },
    { protocol: "UDP" as const },
  ]) {
    const verdict = judge(expected([truth()]), [record(change)]);
    t.strictSame([verdict.missing.length, verdict.extra.length], [1, 1], JSON.stringify(change));
  }
});

await t.test("another outcome, another direction or another view is wrong", async (t) => {
  t.strictSame(because({ outcome: "half-open" }), ["outcome half-open, not established"]);
  t.strictSame(because({ direction: "unknown" }), ["its direction is said to be unknown"]);
  t.strictSame(because({ nat: [] }), ["nat , not 10.81.1.2:40000>10.96.0.1:80"]);
  const strange = { client: pod, server: { ip: "10.96.0.2", port: 80 } };
  t.strictSame(because({ nat: [...record().nat, strange] }).length, 1);
});

await t.test("one octet too many is wrong, and exact is said of what is exact only", async (t) => {
  t.strictSame(because({ bytes: { toServer: 101, toClient: 200, exact: true } }), [
    "bytes 101 and 200, not 100 and 200",
  ]);
  t.strictSame(because({ bytes: { toServer: 100, toClient: 200, exact: false } }), ["bytes are not called exact"]);
  t.strictSame(because({ bytes: null }), ["bytes unknown, not 100 and 200"]);
  t.strictSame(because({ endUs: 2_000_000 }), []);
  t.strictSame(because({ endUs: 2_000_000, bytes: { toServer: 100, toClient: 200, exact: false } }), []);
});

await t.test("of what was reset a record may tell less, never more and never exactly", async (t) => {
  const known = { bytes: { toServer: 100, toClient: 200, told: "least" as const } };
  t.strictSame(because({ bytes: { toServer: 100, toClient: 150, exact: false } }, known), []);
  t.match(because({ bytes: { toServer: 100, toClient: 201, exact: false } }, known), [/more than/u]);
  t.match(because({ bytes: { toServer: 100, toClient: 200, exact: true } }, known), [/called exact/u]);
});

await t.test("of what is open, and of what failed, no octets are told", async (t) => {
  const open = { bytes: { toServer: 100, toClient: 200, told: "unknown" as const } };
  t.strictSame(because({ bytes: null }, open), []);
  t.match(because({}, open), [/not unknown/u]);
  const refused = { outcome: "refused" as const, bytes: null };
  t.match(because({ outcome: "refused" }, refused), [/not unknown/u]);
  t.strictSame(because({ outcome: "refused", bytes: null }, refused), []);
});

await t.test("where a four-tuple is used anew, records belong to its connections in the order of time", async (t) => {
  const short = truth({ bytes: { toServer: 1, toClient: 2, told: "whole" } });
  const both = expected([truth(), short]);
  const first = record();
  const second = record({ startUs: 5_000_000, endUs: 5_000_010, bytes: { toServer: 1, toClient: 2, exact: true } });
  t.ok(isRight(judge(both, [second, first])));
  t.equal(judge(both, [first]).missing.length, 1);
  t.equal(judge(both, [first, { ...second, bytes: first.bytes }]).wrong.length, 1);
});

await t.test("a record shows what passes where it was made", async (t) => {
  const masked = truth({ asServer: { client: { ip: "192.168.60.11", port: 5_000 }, server: backend } });
  const far = record({ ...masked.asServer, nat: [] });
  t.ok(isRight(judge(expected([masked], "the server's side"), [far])));
  t.notOk(isRight(judge(expected([masked]), [far])));
  t.strictSame(expected([masked], "nothing"), []);
  const perhaps = expected([truth()], "the server's side, perhaps the client's");
  t.ok(isRight(judge(perhaps, [record({ nat: [] })])));
  t.ok(isRight(judge(perhaps, [record()])));
});
