import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import t, { type Test } from "tap";
import { API_KINDS } from "../../src/cluster/api/api-kind.ts";
import { connectApi } from "../../src/cluster/api/connect-api.ts";
import { type ApiFollower, followClusterApi } from "../../src/cluster/api/follow-cluster-api.ts";
import type { ClusterChange } from "../../src/cluster/cluster-change.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { eventually } from "../demo/eventually.ts";
import { node, pod, service } from "./builders.ts";

/** Tests have no half minute to wait. */
const quick = { firstMs: 10, mostMs: 100, missedMs: 100, silentMs: 60_000 };

interface Followed {
  readonly follower: ApiFollower;
  /** Names of the pods that are there after each change. */
  readonly told: string[][];
  readonly log: { readonly msg: string; readonly resource?: string }[];
  readonly has: (what: string, ...names: readonly string[]) => Promise<true>;
}

async function follow(t: Test, server: ApiServer, pauses = quick): Promise<Followed> {
  const path = join(t.testdir(), "kubeconfig");
  writeFileSync(path, server.kubeconfig());
  const connection = await connectApi({ kind: "kubeconfig", path });
  const stop = new AbortController();
  const told: string[][] = [];
  const log: Followed["log"] = [];
  t.teardown(async () => {
    stop.abort();
    await server.stop().catch(() => undefined);
  });
  const follower = followClusterApi(connection, {
    pauses,
    signal: stop.signal,
    logger: pino({ level: "info" }, { write: (line) => log.push(JSON.parse(line) as { msg: string }) }),
    nowUs: () => Date.now() * 1000,
    newsLagUs: 0,
    onChange: (changes) => changes.forEach((change) => told.push(podNames(change, told.at(-1) ?? []))),
  });
  const has = (what: string, ...names: readonly string[]): Promise<true> =>
    eventually(`${what}: ${names.join(", ")}`, () =>
      Promise.resolve(told.at(-1)?.join(" ") === names.join(" ") ? true : undefined),
    );
  return { follower, told, log, has };
}

function podNames(change: ClusterChange, former: readonly string[]): string[] {
  if (change.kind === "missed pods") return [...former];
  const { kind, object } = change;
  const { type, metadata } = object;
  if (type !== "Pod") return [...former];
  const others = former.filter((name) => name !== metadata.name);
  return (kind === "present" ? [...others, metadata.name] : others).sort();
}

/** Of what is watched afterwards: what tells ranges is read when it pleases. */
function listsAsked({ asked }: ApiServer): number {
  return asked.filter((path) => path.includes("limit=") && !/ciliumnodes|ippools/u.test(path)).length;
}

async function allWatched(server: ApiServer, count = API_KINDS.length): Promise<void> {
  await eventually("all is watched", () => Promise.resolve(server.watches >= count ? true : undefined));
}

await t.test("a list is read in pages, with the kubeconfig's token", async (t) => {
  const pods = Array.from({ length: 1_201 }, (_, index) => pod(`p${index}`));
  const server = await new ApiServer(pods).start();
  const { follower, told } = await follow(t, server);
  await follower.first;
  t.equal(told.at(-1)?.length, 1_201);
  const pages = server.asked.filter((path) => path.startsWith("/api/v1/pods?limit"));
  t.strictSame(
    pages.map((path) => new URL(path, "http://x").searchParams.get("limit")),
    ["500", "500", "500"],
  );
  const tokens = new Set(server.counts.seen.map(({ authorization }) => authorization));
  t.strictSame([...tokens], ["Bearer not-a-secret"]);
});

await t.test("changes are told as they come, and so is a pod that came and went", async (t) => {
  const server = await new ApiServer([pod("a"), pod("b")]).start();
  const { follower, told, has } = await follow(t, server);
  await follower.first;
  await allWatched(server);
  server.put(pod("c"));
  server.remove(pod("a"));
  server.put(pod("brief"));
  server.remove(pod("brief"));
  t.ok(await has("after the changes", "b", "c"));
  t.ok(told.some((names) => names.includes("brief")));
});

for (const how of ["in order", "cut", "in the middle of a line"] as const) {
  await t.test(`a watch that ends (${how}) goes on where it was, without a new list`, async (t) => {
    const server = await new ApiServer([pod("a"), node("n1", "192.168.0.1")]).start();
    const { follower, has, log } = await follow(t, server);
    await follower.first;
    await allWatched(server);
    const lists = listsAsked(server);
    server.endWatches(how);
    server.put(pod("missed-meanwhile"));
    await has("what came meanwhile", "a", "missed-meanwhile");
    t.equal(listsAsked(server), lists);
    t.strictSame([follower.fault, log], [undefined, []], "one disconnect is nothing to speak of");
  });
}

await t.test("bookmarks move the version on from which a watch is resumed", async (t) => {
  const server = await new ApiServer([pod("a")]).start();
  const { follower, has } = await follow(t, server);
  await follower.first;
  await allWatched(server);
  server.forget();
  server.bookmark();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const lists = listsAsked(server);
  server.endWatches("in order");
  await allWatched(server);
  server.put(pod("b"));
  t.ok(await has("after the bookmark", "a", "b"));
  t.equal(listsAsked(server), lists, "no new list");
});

await t.test(
  "a watch is begun anew, from where it was, when its bookmarks stay out: nobody may have closed it",
  async (t) => {
    const server = await new ApiServer([pod("a")]).start();
    const { follower, has, log } = await follow(t, server, { ...quick, silentMs: 100 });
    await follower.first;
    await allWatched(server);
    const watched = (): number => server.asked.filter((path) => /pods.*watch=1/u.test(path)).length;
    t.equal(watched(), 1);
    server.bookmark();
    await eventually("a second watch", () => Promise.resolve(watched() > 1 ? true : undefined));
    server.put(pod("b"));
    t.ok(await has("what came on the second", "a", "b"));
    t.equal(server.asked.filter((path) => /pods.*limit=/u.test(path)).length, 1, "no new list");
    t.strictSame(log, []);
  },
);

await t.test("410 Gone leads to a new list, and what was deleted meanwhile is gone", async (t) => {
  const server = await new ApiServer([pod("a"), pod("b")]).start();
  const { follower, has } = await follow(t, server);
  await follower.first;
  await allWatched(server);
  server.endWatches("cut");
  server.remove(pod("a"));
  server.put(pod("c"));
  server.forget();
  t.ok(await has("after 410", "b", "c"));
});

await t.test("a server that goes away is said once, the last state holds, and its return is followed", async (t) => {
  const server = await new ApiServer([pod("a")]).start();
  const { follower, told, has, log } = await follow(t, server);
  await follower.first;
  await allWatched(server);
  await server.stop();
  await eventually("it is noticed", () => Promise.resolve(follower.fault));
  t.match(follower.fault, /can't be read: .*ECONNREFUSED/u);
  t.strictSame(told.at(-1), ["a"]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const again = new ApiServer([pod("b")]);
  again.port = server.port;
  again.forget();
  await again.start();
  t.teardown(() => again.stop());
  t.ok(await has("the new state", "b"));
  await eventually("all is well", () => Promise.resolve(follower.fault === undefined ? true : undefined));
  t.strictSame(
    log.map(({ msg }) => msg),
    ["the API server can't be read; the last good state holds", "the API server can be read again"],
  );
});

await t.test("a kind that may not be read is missed and said once; the others are known", async (t) => {
  const server = new ApiServer([pod("a"), service("web", {})]);
  server.faults.set("networkpolicies", 403);
  await server.start();
  const { follower, told, log } = await follow(t, server);
  await follower.first;
  t.strictSame([told.at(-1), follower.missed, follower.fault], [["a"], ["networkpolicies"], undefined]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  t.match(log, [{ msg: "may not be read; it is missed", resource: "networkpolicies" }]);
  t.equal(log.length, 1);
  server.faults.clear();
  await eventually("rights given later are used", () =>
    Promise.resolve(follower.missed.length === 0 ? true : undefined),
  );
});

await t.test("ServiceCIDRs, which older servers do not have, are not missed there", async (t) => {
  const server = new ApiServer([pod("a")]);
  server.faults.set("servicecidrs", 404);
  await server.start();
  const { follower, log } = await follow(t, server);
  await follower.first;
  t.strictSame([follower.missed, follower.fault, follower.troubledSinceUs, log], [[], undefined, undefined, []]);
});

await t.test("where the right to read pods is taken away the last ones hold, but nothing newer is known", async (t) => {
  const server = await new ApiServer([pod("a")]).start();
  const { follower, told } = await follow(t, server);
  await follower.first;
  await allWatched(server);
  t.equal(follower.troubledSinceUs, undefined);
  const beforeUs = Date.now() * 1000;
  server.faults.set("pods", 403);
  server.endWatches("cut");
  await eventually("it is noticed", () => Promise.resolve(follower.missed.includes("pods") ? true : undefined));
  t.equal(follower.fault, "pods may not be read");
  t.ok(follower.troubledSinceUs! >= beforeUs, "since when");
  t.strictSame(told.at(-1), ["a"]);
  server.faults.clear();
  await eventually("the right is given again", () =>
    Promise.resolve(follower.troubledSinceUs === undefined ? true : undefined),
  );
});

await t.test("without pods there is a fault; before the first state too", async (t) => {
  const server = new ApiServer();
  server.faults.set("pods", 403);
  await server.start();
  const { follower } = await follow(t, server);
  t.match(follower.fault, /^waits for the first state/u);
  await follower.first;
  t.equal(follower.fault, "pods may not be read");
});

await t.test("an object that can't be read is left out and said once; the rest of its kind is known", async (t) => {
  const odd = { ...pod("odd"), spec: { hostNetwork: "perhaps" } };
  const server = await new ApiServer([pod("a"), odd]).start();
  const { follower, told, log } = await follow(t, server);
  await follower.first;
  t.strictSame(told.at(-1), ["a"]);
  t.match(log, [{ msg: "objects that can't be read are left out", kind: "Pod", problem: /hostNetwork/u }]);
});

await t.test("credentials that lead nowhere are refused in one line that names them", async (t) => {
  const folder = t.testdir({ empty: "", text: "a: [", none: '{"current-context":"x"}' });
  for (const name of ["missing", "empty", "text", "none"]) {
    const path = join(folder, name);
    await t.rejects(
      connectApi({ kind: "kubeconfig", path }),
      { name: "ApiRefused", message: new RegExp(`^--kubeconfig ${path}: `, "u") },
      name,
    );
  }
});
