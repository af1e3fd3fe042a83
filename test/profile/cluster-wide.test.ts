/** Twenty nodes, 600 pods: what any agent answers is what one observer of everything would. The full run is bench/cluster-wide.ts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { connectApi } from "../../src/cluster/api/connect-api.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { networkProfileDefinition } from "../daemonset/manifests.ts";
import { countsOf } from "./count-profile.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";

async function simulated(t: Test): Promise<{ server: ApiServer; simulation: SimulatedCluster }> {
  const server = await new ApiServer([networkProfileDefinition]).start();
  const stop = new AbortController();
  t.teardown(async () => {
    stop.abort();
    await server.stop();
  });
  const path = join(t.testdir(), "kubeconfig");
  writeFileSync(path, server.kubeconfig());
  const connection = await connectApi({ kind: "kubeconfig", path });
  return { server, simulation: new SimulatedCluster({ nodes: 20, pods: 600, connection, signal: stop.signal }) };
}

await t.test("twenty agents' parts make what one observer of everything has", async (t) => {
  const { server, simulation } = await simulated(t);
  const { cluster, observer } = simulation;
  await simulation.pass(0, 60);
  await simulation.pass(2, 0);
  const learning = simulation.takeSent();
  t.equal(learning.requests, 600, "one for each workload and node");
  t.equal(server.counts.all()["patch networkprofiles.weir.io"]?.requests, 600);
  await simulation.pass(30, 0);
  t.equal(simulation.takeSent().requests, 0, "where nothing is new, nothing is said");
  const answers = simulation.answers();
  await answers.gather();
  const merged = answers.profiles(cluster);
  t.equal(merged.length, 30);
  t.strictSame(
    merged.map(countsOf),
    observer.profiles(cluster).map((profile) => countsOf(profile)),
  );
  t.ok(merged.every(({ nodes }) => nodes.seen === 20 && nodes.expected === 20));
  t.ok(learning.largest < 16_384, `${learning.largest} octets the largest`);
});
