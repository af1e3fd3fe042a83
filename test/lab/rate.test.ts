import t from "tap";
import { Client } from "./client-process.ts";
import { describeVerdict } from "./describe-verdict.ts";
import { expect, isRight, judge } from "./judge.ts";
import { Laboratory, whyNoLaboratory } from "./network/laboratory.ts";
import { listensOn, manyAtOnce, pods, services } from "./scenarios.ts";
import { Server } from "./server-process.ts";
import { truthOf } from "./truth.ts";
import { Vantage, weir } from "./vantage.ts";

t.setTimeout(180_000);
const skip = (await whyNoLaboratory()) ?? false;

await t.test("of 2,000 new connections a second through a Service none is lost", { skip }, async (t) => {
  const { client, serverA, serverB, far } = pods;
  const lab = await Laboratory.open({ pods: Object.values(pods), services, tunnels: [], tunnelEnds: [client, far] });
  t.teardown(() => lab.close());
  const servers = await Promise.all([serverA, serverB].map((pod) => Server.start(lab, pod.name, listensOn(pod))));
  const vantage = new Vantage(lab.start("node1", [weir, "capture", "--interface", "any"], "pipe"));
  await vantage.listens();
  const reports = await new Client(lab, client.name, [manyAtOnce]).reports();
  await vantage.stop();

  // Where the machine is too slow the count is what holds: a client has a thousand connections in flight at most.
  const { count, perSecond } = manyAtOnce;
  t.comment(`${count} connections, begun at ${Math.round(reports[0]!.perSecond)} a second of ${perSecond} asked for`);
  const { dropped, overflowed, evicted, sampledOut } = vantage.status!;
  t.strictSame([dropped, overflowed, evicted, sampledOut], [0, 0, 0, 0], "nothing was dropped or left out");
  const taken = (await Promise.all(servers.map((server) => server.tell()))).flat();
  const truths = truthOf([manyAtOnce], reports, taken);
  const verdict = judge(
    truths.flatMap((truth) => expect(truth, "both sides of NAT") ?? []),
    vantage.closed,
  );
  t.ok(isRight(verdict), describeVerdict(verdict));
});
