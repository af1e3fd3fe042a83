import { once } from "node:events";
import t, { type Test } from "tap";
import { type Lab, startLab, whyNoLab } from "../../demo/lab/lab.ts";
import { shopAddresses, shopNodePort } from "../../demo/shop/addresses.ts";
import { ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import { eventually } from "../demo/eventually.ts";
import { ask, connect, counts, isRunning, killOnNode, profile, serve, startAgent, startOnNode } from "./node-agent.ts";

t.setTimeout(300_000);

const reason = await whyNoLab();
const skip = reason ?? false;
const javaapp = "shop/deployment/javaapp";
const javaappService = "10.96.20.1";

async function makeLab(test: Test): Promise<{ lab: Lab; clients: readonly string[]; servers: readonly string[] }> {
  const lab = await startLab({ plan: shop(ipv4Only) });
  test.teardown(() => lab.stop());
  const podsOf = (name: string): string[] =>
    lab.layout.pods.filter(({ workload }) => workload.name === name).map((pod) => pod.name);
  const servers = podsOf("javaapp");
  for (const pod of servers) await serve(lab, pod, 8080);
  return { lab, clients: podsOf("jclient"), servers };
}

/** Waits until an edge has exactly so many connections, and shows what it has where it never does. */
async function hasCounted(lab: Lab, path: string, edge: string, connections: number): Promise<Record<string, number>> {
  let last: Record<string, number> = {};
  await eventually(`${path}: ${edge} has ${connections}`, async () => {
    last = counts(await profile(lab, path));
    return last[edge] === connections ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(JSON.stringify(last), { cause: error });
  });
  return last;
}

await t.test(
  "every connection through a Service and a NodePort is counted once, at the pods' own port",
  { skip },
  async (t) => {
    const { lab, clients } = await makeLab(t);
    await startAgent(lab);
    await connect(lab, clients[0]!, javaappService, 80, 200);
    await connect(lab, "outside", shopAddresses.node4, shopNodePort, 100);
    await hasCounted(lab, javaapp, "ingress jclient 8080", 200);
    t.strictSame(await hasCounted(lab, javaapp, "ingress external 8080", 100), {
      "ingress external 8080": 100,
      "ingress jclient 8080": 200,
    });
    t.strictSame(await hasCounted(lab, "shop/deployment/jclient", "egress javaapp 8080", 200), {
      "egress javaapp 8080": 200,
    });
    const { observed } = await profile(lab, javaapp);
    t.equal(observed.dropped, 0);
  },
);

await t.test(
  "an agent killed by kill -9 has every edge again that it had shown, and leaves no capture behind",
  { skip },
  async (t) => {
    const { lab, clients } = await makeLab(t);
    await startAgent(lab);
    await connect(lab, clients[0]!, javaappService, 80, 20);
    const before = await hasCounted(lab, javaapp, "ingress jclient 8080", 20);
    await eventually("it is on disk", async () => ((await ask(lab, "/readyz")) === undefined ? undefined : true));
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // what is older than a second is kept
    await killOnNode(lab, "KILL", "main.ts agent");
    await eventually("capture has noticed", async () => ((await isRunning(lab, "main.ts capture")) ? undefined : true));
    await startAgent(lab);
    t.strictSame(counts(await profile(lab, javaapp)), before);
    await connect(lab, clients[0]!, javaappService, 80, 5);
    await hasCounted(lab, javaapp, "ingress jclient 8080", 25);
  },
);

await t.test("a capture that is killed is begun again, and learning goes on", { skip }, async (t) => {
  const { lab, clients } = await makeLab(t);
  await startAgent(lab);
  await connect(lab, clients[0]!, javaappService, 80, 10);
  await hasCounted(lab, javaapp, "ingress jclient 8080", 10);
  await killOnNode(lab, "KILL", "main.ts capture");
  await eventually("capture is back", async () =>
    (await ask(lab, "/readyz"))?.includes("restarted 1 times") ? true : undefined,
  );
  await connect(lab, clients[0]!, javaappService, 80, 10);
  await hasCounted(lab, javaapp, "ingress jclient 8080", 20);
});

await t.test("capture on a socket serves one agent after the other", { skip }, async (t) => {
  const { lab, clients } = await makeLab(t);
  const socket = `${lab.folder}/capture.sock`;
  const capture = startOnNode(lab, ["capture", "--socket", socket]);
  for (const total of [10, 20, 30]) {
    const agent = await startAgent(lab, ["--capture", `unix:${socket}`]);
    await connect(lab, clients[0]!, javaappService, 80, 10);
    await hasCounted(lab, javaapp, "ingress jclient 8080", total);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // what is older than a second is kept
    const closed = once(agent, "close"); // asked for first: who was killed may have gone before pkill has
    await killOnNode(lab, total === 10 ? "KILL" : "TERM", "main.ts agent");
    await closed;
    t.equal(capture.exitCode, null, "capture goes on");
  }
});

await t.test("SIGTERM ends agent and capture in order, with exit status 0", { skip }, async (t) => {
  const { lab } = await makeLab(t);
  const agent = await startAgent(lab);
  // A caller who never says the rest must not hold it up.
  const half = `require("net").connect(9447, "127.0.0.1").write("POST /api/v1/policies/shop HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 9\\r\\n\\r\\n{")`;
  lab.start("node", [process.execPath, "-e", `${half}; console.log("sent"); setTimeout(() => {}, 60_000)`]);
  const closed = once(agent, "close") as Promise<[number | null]>;
  await killOnNode(lab, "TERM", "main.ts agent");
  const [status] = await closed;
  t.equal(status, 0);
  t.equal(await isRunning(lab, "main.ts capture"), false);
});

await t.test("a port that is taken is said in one line, with exit status 2", { skip }, async (t) => {
  const { lab } = await makeLab(t);
  await startAgent(lab);
  const second = startOnNode(lab, [
    "agent",
    "--cluster",
    `${lab.folder}/cluster.yaml`,
    "--data-dir",
    `${lab.folder}/other`,
  ]);
  let stderr = "";
  second.stderr?.on("data", (text: Buffer) => (stderr += text.toString()));
  const [status] = (await once(second, "close")) as [number | null];
  t.equal(status, 2);
  t.match(stderr, /^weir: --listen: [^\n]*EADDRINUSE[^\n]*127\.0\.0\.1:9447\n$/mu);
});

await t.test("cluster files are followed: a pod that comes later is known by name", { skip }, async (t) => {
  const { lab, clients } = await makeLab(t);
  const whole = lab.clusterYaml;
  const without = { ...lab, clusterYaml: "apiVersion: v1\nkind: List\nitems: []\n" };
  await startAgent(without);
  t.equal(await ask(lab, `/api/v1/profiles/${javaapp}`), undefined);
  await lab.exec("node", ["tee", `${lab.folder}/cluster.yaml`], whole);
  await eventually("the new state is read", () => ask(lab, `/api/v1/profiles/${javaapp}`));
  await connect(lab, clients[0]!, javaappService, 80, 10);
  await hasCounted(lab, javaapp, "ingress jclient 8080", 10);
});
