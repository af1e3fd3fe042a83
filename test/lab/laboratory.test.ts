import t, { type Test } from "tap";
import type { Connection } from "../../src/flow/connection.ts";
import { describeVerdict } from "./describe-verdict.ts";
import { type Told, experiment, openLaboratory } from "./experiment.ts";
import { type Expected, expect, isRight, judge } from "./judge.ts";
import { judgeNames } from "./judge-names.ts";
import { whyNoLaboratory } from "./network/laboratory.ts";
import { tunnels } from "./network/tunnels.ts";
import type { Truth } from "./truth.ts";

t.setTimeout(400_000);
/** It asks for a machine of its own: beside other tests the kernel drops packets. */
const unasked = process.env["WEIR_LABORATORY"] === undefined && "run by itself, with make laboratory";
const skip = unasked || ((await whyNoLaboratory()) ?? false);
const leastOfEach = 1_000;
const shownAtMost = 5;

await t.test("in a laboratory of two nodes", { skip }, async (t) => {
  const lab = await openLaboratory();
  t.teardown(() => lab.close());
  const { truths, told } = await experiment(lab);
  for (const each of tunnels.filter((tunnel) => !lab.tunnels.includes(tunnel))) {
    await t.test(each.name, { skip: "this machine makes no such device" }, () => undefined);
  }
  for (const each of told) await t.test(each.point.name, (t) => judgeTold(t, each, truths));
});

async function judgeTold(t: Test, { point, vantage }: Told, truths: readonly Truth[]): Promise<void> {
  const { dropped, overflowed, evicted, sampledOut, untold } = vantage.status!;
  // What the machine was too slow to hear can't be held against the records; rate.test.ts asks for it.
  if (dropped > 0)
    return void t.pass("the machine kept up", { skip: `it dropped ${dropped} packets: nothing is concluded` });
  t.strictSame([overflowed, evicted, sampledOut, untold], [0, 0, 0, 0], "nothing else is lost");
  const expected = truths.flatMap((truth) => expect(truth, point.sightOf(truth)) ?? []);
  const few = [...Map.groupBy(truths, ({ scenario }) => scenario)].filter(([, its]) => its.length < leastOfEach);
  t.strictSame(
    few.map(([scenario]) => scenario),
    [],
    "each scenario is a thousand connections",
  );
  const byScenario = Map.groupBy(expected, ({ truth }) => truth.scenario);
  const records = groupByScenario(vantage.closed, expected);
  const nobodys = records.get(undefined) ?? [];
  t.strictSame(nobodys.slice(0, shownAtMost), [], `nothing else has a record, tunnels least of all: ${nobodys.length}`);
  for (const [scenario, its] of byScenario) {
    const verdict = judge(its, records.get(scenario) ?? []);
    t.ok(isRight(verdict), `${scenario}: ${describeVerdict(verdict)}`);
  }
  judgeOpened(t, { point, vantage }, expected);
  judgeResolved(t, { point, vantage }, truths);
}

/** By who called: every scenario's clients have ports of their own. */
function groupByScenario(
  records: readonly Connection[],
  expected: readonly Expected[],
): Map<string | undefined, Connection[]> {
  const callers = new Map<string, string>();
  for (const { truth, client } of expected)
    callers.set(`${truth.protocol} ${client.ip} ${client.port}`, truth.scenario);
  return Map.groupBy(records, ({ protocol, client }) => callers.get(`${protocol} ${client.ip} ${client.port}`));
}

/** What is open is told as open once, under the id of its record. */
function judgeOpened(t: Test, { vantage }: Told, expected: readonly Expected[]): void {
  const opened = vantage.opened.map(({ id }) => id);
  const closed = new Set(vantage.closed.map(({ id }) => id));
  t.equal(new Set(opened).size, opened.length, "none is told as open twice");
  t.ok(
    opened.every((id) => closed.has(id)),
    "each that is told as open has its record",
  );
  const callers = new Set(vantage.opened.map(({ client }) => `${client.ip} ${client.port}`));
  const untold = expected.filter(({ truth, client }) => truth.staysOpen && !callers.has(`${client.ip} ${client.port}`));
  t.strictSame(untold.map(({ truth }) => truth.id).slice(0, shownAtMost), [], "all that stays open is told as open");
}

function judgeResolved(t: Test, { point, vantage }: Told, truths: readonly Truth[]): void {
  const asked = truths.filter((truth) => truth.scenario === "udp-dns" && point.sightOf(truth) !== "nothing");
  const { missing, extra } = judgeNames(asked, vantage.resolved);
  const shown = [...missing.slice(0, shownAtMost), ...extra.slice(0, shownAtMost)];
  t.strictSame(shown, [], `names: ${missing.length} of ${asked.length} missing, ${extra.length} extra`);
}
