/** A node whose agent is dead is said to be missing, though what it published counts on. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { connectApi } from "../../src/cluster/api/connect-api.ts";
import { edgeKey } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";
import type { ApiServer } from "../api-server/api-server.ts";
import { eventually } from "../demo/eventually.ts";
import { Agent, apiServer, settled } from "./agents.ts";
import { DATABASE, JAVAAPP_1, made, shop, workload } from "./shop.ts";

const cluster = shop();
const javaapp = workload("shop", "javaapp");

function pod(node: string, { ready = "True", namespace = "weir", serviceAccountName = "weir" } = {}): object {
  const conditions = [
    { type: "PodScheduled", status: "True" },
    { type: "Ready", status: ready },
  ];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name: `weir-${node}` },
    spec: { nodeName: node, serviceAccountName, containers: [{ name: "agent" }] },
    status: { phase: "Running", conditions },
  };
}

interface Two {
  readonly server: ApiServer;
  /** What the first answers. */
  readonly profile: () => Promise<Profile>;
}

async function two(t: Test, username: string): Promise<Two> {
  const server = await apiServer(t, { authenticates: true });
  const folder = t.testdir();
  server.context.tokens.add("token", { username, groups: ["system:authenticated"] });
  writeFileSync(join(folder, "kubeconfig"), server.kubeconfig({ token: "token" }));
  const connection = await connectApi({ kind: "kubeconfig", path: join(folder, "kubeconfig") });
  const agents = ["n1", "n2"].map((node) => {
    mkdirSync(join(folder, node));
    const agent = new Agent(node, { folder: join(folder, node), cluster, connection });
    t.teardown(() => agent.stop());
    return agent.start();
  });
  for (const node of ["n1", "n2"]) server.put(pod(node));
  const [one, other] = agents as [Agent, Agent];
  other.see(made(`${JAVAAPP_1}:40000`, `${DATABASE}:5432`));
  await settled(one, other);
  const profile = async (): Promise<Profile> => {
    await one.exchange.profiles.gather();
    return one.exchange.profiles.profile(javaapp, cluster)!;
  };
  return { server, profile };
}

await t.test("an agent that is not ready, or has no pod, is not word of its node", async (t) => {
  const { server, profile } = await two(t, "system:serviceaccount:weir:weir");
  const until = (what: string, nodes: object): Promise<true> =>
    eventually(what, async () => same((await profile()).nodes, nodes));
  t.strictSame((await profile()).nodes, { seen: 2, expected: 2 });
  server.put(pod("n2", { ready: "False" }));
  await until("it is not ready", { seen: 1, expected: 2, stale: 1 });
  t.strictSame(
    (await profile()).egress.map((edge) => edgeKey(edge)),
    ["egress|workload/data/Deployment/database|TCP|5432"],
    "what it saw counts on",
  );
  server.put(pod("n2"));
  await until("it is again", { seen: 2, expected: 2 });
  server.remove(pod("n2"));
  server.put(pod("n2", { serviceAccountName: "default" }));
  server.put(pod("n2", { namespace: "other" }));
  await until("it has gone, and other pods are no agents", { seen: 1, expected: 2, stale: 1 });
});

await t.test("who runs under no service account knows nothing of others' agents, and says nothing", async (t) => {
  const { server, profile } = await two(t, "admin");
  server.remove(pod("n2"));
  t.strictSame((await profile()).nodes, { seen: 2, expected: 2 });
});

await t.test("where pods may not be read as they come, nothing is said either", async (t) => {
  const { server, profile } = await two(t, "system:serviceaccount:weir:weir");
  server.remove(pod("n2"));
  server.faults.set("pods", 403);
  t.strictSame((await profile()).nodes, { seen: 2, expected: 2 });
  server.faults.clear();
  await eventually("as soon as it is known", async () =>
    same((await profile()).nodes, { seen: 1, expected: 2, stale: 1 }),
  );
});

await t.test("who could not be asked who he is asks again", async (t) => {
  const { server, profile } = await two(t, "system:serviceaccount:weir:weir");
  server.remove(pod("n2"));
  server.faults.set("selfsubjectreviews", 500);
  t.strictSame((await profile()).nodes, { seen: 2, expected: 2 });
  server.faults.clear();
  await eventually("then it is known", async () => same((await profile()).nodes, { seen: 1, expected: 2, stale: 1 }));
});

function same(a: object, b: object): true | undefined {
  return JSON.stringify(a) === JSON.stringify(b) || undefined;
}
