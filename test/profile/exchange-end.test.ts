/** How what agents exchange begins and ends: one round after the other, and nothing left behind. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import t, { type Test } from "tap";
import type { ApiConnection } from "../../src/cluster/api/connect-api.ts";
import { chosenNode } from "../../src/profile/part/part-sweeper.ts";
import type { ApiServer } from "../api-server/api-server.ts";
import { ask } from "../api-server/ask.ts";
import { eventually } from "../demo/eventually.ts";
import { Agent, type AgentOptions, apiServer, connect, quick } from "./agents.ts";
import { DATABASE, JAVAAPP_0, made, shop } from "./shop.ts";

const PARTS = "/apis/weir.io/v1alpha1/networkprofiles";
const cluster = shop();

type Open = ApiConnection["open"];

interface World {
  readonly server: ApiServer;
  /** On node n1. */
  readonly agent: Agent;
}

async function world(t: Test, around: (open: Open) => Open, options: Partial<AgentOptions> = {}): Promise<World> {
  const server = await apiServer(t);
  const folder = join(t.testdir(), "n1");
  mkdirSync(folder, { recursive: true });
  const connection = await connect(folder, server);
  const agent = new Agent("n1", {
    folder,
    cluster,
    connection: { ...connection, open: around(connection.open) },
    ...options,
  });
  t.teardown(() => agent.stop().catch(() => undefined));
  return { server, agent };
}

/** Midday of a day on which n1 is to sweep. */
function itsDay(): number {
  const today = Math.floor(Date.now() / 86_400_000);
  const day = Array.from({ length: 100 }, (_, n) => today + n).find((each) => chosenNode(["n1", "n2"], each) === "n1");
  return (day! + 0.5) * 86_400_000;
}

await t.test("a sweep that takes longer than a round is not begun again beside itself", async (t) => {
  const nowMs = itsDay();
  let [running, most] = [0, 0];
  const around =
    (open: Open): Open =>
    async (path, ...rest) => {
      if (path.includes("labelSelector") || !path.startsWith(PARTS)) return open(path, ...rest);
      most = Math.max(most, ++running);
      await pause(100);
      running -= 1;
      return open(path, ...rest);
    };
  const { agent } = await world(t, around, { nowMs: () => nowMs, paces: { roundMs: 5 } });
  agent.start();
  await eventually("it begins", () => Promise.resolve(most > 0 || undefined));
  await pause(150);
  t.equal(most, 1);
});

/** Rulings can't be read for a fault of ours, while this node's parts are waited for without end. */
function breaking(open: Open): Open {
  return (path, ...rest) => {
    if (path.includes("holds%3Drulings")) throw new TypeError("our own fault");
    return path.startsWith(PARTS) ? new Promise(() => undefined) : open(path, ...rest);
  };
}

await t.test("whatever of it breaks ends all of it, at once and aloud", async (t) => {
  const { agent } = await world(t, breaking);
  await t.rejects(agent.exchange.run(), new TypeError("our own fault"));
});

await t.test("a question that waits for the parts is let go when the agent is to end", async (t) => {
  const { server, agent } = await world(t, (open) => open, {
    paces: { reads: { idleMs: 600_000, patienceMs: 600_000 } },
  });
  agent.start();
  await eventually("all is written", () => Promise.resolve(agent.exchange.waiting === 0 || undefined));
  server.faults.add({ fault: { kind: "hang" }, resource: "networkprofiles", verb: "list" });
  const asked = agent.exchange.profiles.gather().then(() => "answered");
  await pause(20);
  const ended = agent.stop().then(() => "ended");
  const tired = new AbortController();
  const late = pause(10_000, "waits", { signal: tired.signal }).catch(() => "");
  t.strictSame(await Promise.all([Promise.race([asked, late]), Promise.race([ended, late])]), ["answered", "ended"]);
  tired.abort();
});

interface Told {
  readonly spec: { readonly workload: { readonly name: string }; readonly counts: { readonly egress: number } };
}

/** An agent that has told which workloads are there, and waits long before it tells of a new edge. */
async function patient(t: Test): Promise<World & { readonly told: () => Promise<readonly Told[]> }> {
  const parts = { ...quick.parts, gatherMs: 600_000 };
  const { server, agent } = await world(t, (open) => open, { paces: { parts } });
  const told = async (): Promise<readonly Told[]> =>
    (await ask(server, `GET ${PARTS}`)).body["items"] as readonly Told[];
  agent.start();
  await eventually("it has begun", async () => (await told()).length === 2 || undefined);
  agent.see(made(`${JAVAAPP_0}:40000`, `${DATABASE}:5432`));
  return { server, agent, told };
}

await t.test("what is new is told before the end, though it was too soon for it", async (t) => {
  const { agent, told } = await patient(t);
  const egress = async (): Promise<number | undefined> =>
    (await told()).find(({ spec }) => spec.workload.name === "javaapp")?.spec.counts.egress;
  t.equal(await egress(), 0);
  await agent.stop();
  await agent.exchange.flush(10_000);
  t.equal(await egress(), 1);
});

await t.test("the end does not wait for a server that is away", async (t) => {
  const { server, agent } = await patient(t);
  await server.stop();
  await agent.stop();
  await agent.exchange.flush(50);
  t.pass("and it has ended");
});
