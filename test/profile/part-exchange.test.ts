/** Real agents but for capture, and the tests' own API server: what one has seen or was told, all answer. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import t, { type Test } from "tap";
import { edgeKey } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";
import type { ApiServer } from "../api-server/api-server.ts";
import { ask, namesIn } from "../api-server/ask.ts";
import { eventually } from "../demo/eventually.ts";
import { type Agent, type AgentsOptions, apiServer, makeAgents, settled } from "./agents.ts";
import { DATABASE, JAVAAPP_0, JAVAAPP_1, JCLIENT, made, shop, workload } from "./shop.ts";

const PARTS = "/apis/weir.io/v1alpha1/networkprofiles";
const javaapp = workload("shop", "javaapp");
const cluster = shop();

interface Two {
  readonly server: ApiServer;
  readonly one: Agent;
  readonly two: Agent;
  readonly make: (node: string) => Agent;
}

async function two(t: Test, options: Partial<AgentsOptions> = {}): Promise<Two> {
  const server = await apiServer(t);
  const make = await makeAgents(t, { cluster, server, ...options });
  return { server, make, one: make("n1").start(), two: make("n2").start() };
}

async function profileOf(agent: Agent, ref = javaapp): Promise<Profile> {
  await agent.exchange.profiles.gather();
  return agent.exchange.profiles.profile(ref, cluster)!;
}

function lines({ ingress, egress }: Profile): string[] {
  return [...ingress, ...egress].map((edge) => `${edgeKey(edge)} x${edge.connections}`);
}

const fromClient = (to = JAVAAPP_0) => made(`${JCLIENT}:40000`, `${to}:8080`);
const toDatabase = (from = JAVAAPP_1) => made(`${from}:40000`, `${DATABASE}:5432`);

await t.test("any agent answers with what all have seen, and says from how many nodes", async (t) => {
  const { one, two: other } = await two(t);
  one.see(fromClient(), fromClient(), toDatabase(JAVAAPP_0));
  other.see(fromClient(JAVAAPP_1), toDatabase(), toDatabase());
  await settled(one, other);
  for (const agent of [one, other]) {
    const profile = await profileOf(agent);
    t.strictSame(lines(profile), [
      "ingress|workload/shop/Deployment/jclient|TCP|8080 x3",
      "egress|workload/data/Deployment/database|TCP|5432 x3",
    ]);
    t.strictSame(profile.nodes, { seen: 2, expected: 2 });
  }
  t.strictSame(
    one.exchange.profiles.profiles(cluster).map(({ workload: ref, nodes }) => [ref.name, nodes]),
    [
      ["database", { seen: 1, expected: 1 }],
      ["javaapp", { seen: 2, expected: 2 }],
      ["jclient", { seen: 1, expected: 1 }],
    ],
  );
});

await t.test("without word from a node its profile says so", async (t) => {
  const server = await apiServer(t);
  const make = await makeAgents(t, { cluster, server });
  const one = make("n1").start().see(fromClient());
  t.strictSame((await profileOf(one)).nodes, { seen: 1, expected: 2 });
  make("n2").start();
  await eventually("the other node's agent says that it is silent there", () =>
    Promise.resolve(one.exchange.profiles.profile(javaapp, cluster)?.nodes.seen === 2 ? true : undefined),
  );
});

await t.test("what changes nothing costs no request, nor does a restart", async (t) => {
  const { server, one, two: other, make } = await two(t);
  one.see(fromClient());
  await settled(one, other);
  server.counts.reset();
  one.see(fromClient());
  await settled(one);
  t.equal(server.counts.total().requests, 0, "a count alone waits");
  await one.stop();
  const again = make("n1").start();
  await settled(again);
  t.strictSame(lines(await profileOf(other)), ["ingress|workload/shop/Deployment/jclient|TCP|8080 x1"]);
  t.equal(server.counts.all()["patch networkprofiles.weir.io"]?.requests, 0);
  again.see(toDatabase(JAVAAPP_0));
  await settled(again);
  await eventually("what is new is told, with the counts", async () =>
    lines(await profileOf(other)).join(" ") ===
    "ingress|workload/shop/Deployment/jclient|TCP|8080 x2 egress|workload/data/Deployment/database|TCP|5432 x1"
      ? true
      : undefined,
  );
});

await t.test(
  "what a damaged store has lost comes back from the node's own parts, but for what was forgotten",
  async (t) => {
    const { one, two: other, make } = await two(t);
    one.see(fromClient(), fromClient(), toDatabase(JAVAAPP_0));
    await settled(one, other);
    await one.stop();
    const store = new DatabaseSync(join(one.folder, "weir.db"));
    store.exec("DELETE FROM edge");
    store.close();
    const again = make("n1");
    const toData = "egress|workload/data/Deployment/database|TCP|5432";
    again.exchange.forget(javaapp, { edge: toData });
    again.start();
    await eventually("it is in the book again", () => Promise.resolve(again.book.hasSeen(javaapp) || undefined));
    const { edges } = again.book.seen(javaapp)!;
    t.strictSame(
      edges.map((edge) => [edgeKey(edge), edge.connections]),
      [["ingress|workload/shop/Deployment/jclient|TCP|8080", 2]],
    );
    again.see(fromClient());
    await again.stop();
    const { book } = make("n1");
    t.equal(book.seen(javaapp)?.edges[0]?.connections, 3, "and in the store");
  },
);

await t.test("parts are watched while somebody asks, and let go after", async (t) => {
  const { server, one, two: other } = await two(t, { paces: { reads: { idleMs: 100, patienceMs: 5_000 } } });
  other.see(toDatabase());
  await settled(one, other);
  await eventually("rulings alone are watched", () => Promise.resolve(server.watches === 2 ? true : undefined));
  await profileOf(one);
  t.ok(one.exchange.profiles.isWatching);
  t.equal(one.exchange.profiles.counts.held, 2);
  await eventually("it ends", () => Promise.resolve(one.exchange.profiles.isWatching ? undefined : true));
  await eventually("the server knows", () => Promise.resolve(server.watches === 2 ? true : undefined));
  t.equal(one.exchange.profiles.counts.held, 0);
  t.strictSame(
    lines(await profileOf(one)),
    ["egress|workload/data/Deployment/database|TCP|5432 x1"],
    "and begins anew",
  );
});

await t.test("what is forgotten on one node is forgotten on all, and a late part does not bring it back", async (t) => {
  const { server, one, two: other, make } = await two(t);
  one.see(fromClient());
  other.see(toDatabase());
  await settled(one, other);
  await profileOf(one);
  const late = await ask(server, `GET ${PARTS}`);
  const edge = "egress|workload/data/Deployment/database|TCP|5432";
  t.strictSame(one.exchange.forget(javaapp, { edge }), [edge]);
  t.strictSame(lines(await profileOf(one)), ["ingress|workload/shop/Deployment/jclient|TCP|8080 x1"], "at once");
  await eventually("the other has heard", () =>
    Promise.resolve(other.book.edgeCount(javaapp) === 0 ? true : undefined),
  );
  await settled(one, other);
  await other.stop();
  for (const part of late.body["items"] as object[]) server.put(part);
  t.strictSame(lines(await profileOf(one)), ["ingress|workload/shop/Deployment/jclient|TCP|8080 x1"], "and for good");
  const again = make("n2").start();
  t.equal(again.book.edgeCount(javaapp), 0);
  again.see({ ...toDatabase(), startUs: (Date.now() + 1000) * 1000, endUs: (Date.now() + 1001) * 1000 });
  await settled(again);
  await eventually("what is seen after that is seen", async () =>
    lines(await profileOf(one)).includes(`${edge} x1`) ? true : undefined,
  );
  await again.stop();
  const third = make("n2").start();
  await settled(third);
  t.equal(third.book.edgeCount(javaapp), 1, "it is forgotten once, not at each start");
});

await t.test("decisions hold on all nodes: the last one, also where it takes another back", async (t) => {
  const { one, two: other, make } = await two(t);
  const decidedOn = (agent: Agent, egress: string | undefined): Promise<true> =>
    eventually(`${agent.node} knows`, () =>
      Promise.resolve(agent.decisions.get(javaapp)?.egress === egress ? true : undefined),
    );
  one.decisions.put(javaapp, { egress: "deny-all" });
  await decidedOn(other, "deny-all");
  other.decisions.put(javaapp, { egress: "allow-namespace" });
  await decidedOn(one, "allow-namespace");
  await settled(one, other);
  await other.stop();
  one.decisions.delete(javaapp);
  await settled(one);
  const again = make("n2").start();
  await decidedOn(again, undefined);
  t.strictSame(
    [one, again].map(({ decisions }) => decisions.list()),
    [[], []],
  );
});

await t.test("a server that is away, or that refuses, costs nothing but delay", async (t) => {
  const server = await apiServer(t);
  const make = await makeAgents(t, { cluster, server });
  const one = make("n1").start();
  const other = make("n2").start();
  await settled(one, other);
  await server.stop();
  other.see(toDatabase());
  const said = (): number => other.log.filter(({ msg }) => msg === "parts can't be written").length;
  await eventually("it is said", () => Promise.resolve(said() > 0 || undefined));
  await server.start();
  await settled(other);
  t.strictSame(lines(await profileOf(one)), ["egress|workload/data/Deployment/database|TCP|5432 x1"]);
  await eventually("all is well", () => Promise.resolve(other.exchange.fault === undefined || undefined));
  t.equal(said(), 1);
});

await t.test("a node that is given another name does not tell all of it twice", async (t) => {
  const { server, one, two: other } = await two(t);
  other.see(toDatabase());
  await settled(one, other);
  const { body } = await ask(server, `GET ${PARTS}`);
  const part = (
    body["items"] as { metadata: { name: string }; spec: { node: string; counts: { egress: number } } }[]
  ).find(({ spec }) => spec.counts.egress === 1)!;
  const former = { ...part.spec, node: "former-name", written: "2020-01-01T00:00:00.000Z" };
  server.put({ ...part, metadata: { ...part.metadata, name: "former" }, spec: former });
  t.strictSame(lines(await profileOf(one)), ["egress|workload/data/Deployment/database|TCP|5432 x1"]);
  const lost = { ...former, observer: "another-store", node: "lost" };
  server.put({ ...part, metadata: { ...part.metadata, name: "lost" }, spec: lost });
  await eventually("a lost node's word still counts", async () =>
    lines(await profileOf(one))[0]?.endsWith("x2") === true ? true : undefined,
  );
  t.equal(namesIn(await ask(server, `GET ${PARTS}`)).length, 6);
});
