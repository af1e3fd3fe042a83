import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import t, { type Test } from "tap";
import { connectApi } from "../../src/cluster/api/connect-api.ts";
import { followClusterApi } from "../../src/cluster/api/follow-cluster-api.ts";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { workloadKey } from "../../src/cluster/workload.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { eventually } from "../demo/eventually.ts";
import { pod } from "./builders.ts";

const pauses = { firstMs: 10, mostMs: 100, missedMs: 100, silentMs: 60_000 };
const ownerPauses = { betweenMs: 1, firstMs: 10, mostMs: 50, againMs: 600_000, lookMs: 20, patienceMs: 200 };

/** Kind, plural and group of what operators bring along. */
const KINDS = {
  Rollout: ["rollouts", "argoproj.io", "v1alpha1"],
  Application: ["applications", "shop.example.com", "v1"],
  Cluster: ["clusters", "postgresql.cnpg.io", "v1"],
  StrimziPodSet: ["strimzipodsets", "core.strimzi.io", "v1beta2"],
  Kafka: ["kafkas", "kafka.strimzi.io", "v1beta2"],
  Fleet: ["fleets", "fleet.example.com", "v1"],
} as const;
type Kind = keyof typeof KINDS;

function definition(kind: Kind): object {
  const [plural, group, version] = KINDS[kind];
  const scope = kind === "Fleet" ? "Cluster" : "Namespaced";
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

function reference(kind: Kind, name: string, uid = `${name}-uid`): object {
  const [, group, version] = KINDS[kind];
  return { apiVersion: `${group}/${version}`, kind, name, uid, controller: true };
}

function custom(kind: Kind, name: string, owner?: object): object {
  const [, group, version] = KINDS[kind];
  const namespace = kind === "Fleet" ? {} : { namespace: "shop" };
  const metadata = { name, ...namespace, uid: `${name}-uid`, ...(owner && { ownerReferences: [owner] }) };
  return { apiVersion: `${group}/${version}`, kind, metadata, spec: { notForWeir: "x".repeat(10_000) } };
}

function owned(name: string, owner: object): object {
  const object = pod(name, { ip: "10.0.0.1" }) as { readonly metadata: object };
  return { ...object, metadata: { ...object.metadata, namespace: "shop", ownerReferences: [owner] } };
}

async function follow(t: Test, objects: readonly object[]) {
  const server = await new ApiServer([
    ...Object.keys(KINDS).map((kind) => definition(kind as Kind)),
    ...objects,
  ]).start();
  const path = join(t.testdir(), "kubeconfig");
  writeFileSync(path, server.kubeconfig());
  const stop = new AbortController();
  t.teardown(async () => {
    stop.abort();
    await server.stop();
  });
  const state = new ClusterState();
  const log: object[] = [];
  let aheadMs = 0;
  const nowUs = (): number => (Date.now() + aheadMs) * 1000;
  const later = (): void => void (aheadMs += 601_000);
  const start = async () => {
    const follower = followClusterApi(await connectApi({ kind: "kubeconfig", path }), {
      pauses,
      ownerPauses,
      nowUs,
      newsLagUs: 0,
      signal: stop.signal,
      logger: pino({ level: "info" }, { write: (line) => log.push(JSON.parse(line) as object) }),
      onChange: (changes) => state.apply(changes, nowUs()),
    });
    await follower.first;
    return follower;
  };
  const workloads = (): string => state.workloads("shop").map(workloadKey).join(" ");
  const has = async (expected: string): Promise<unknown> =>
    eventually(`${expected}, not ${workloads()}`, () => Promise.resolve(workloads() === expected ? true : undefined));
  const askedFor = (plural: string): number => server.asked.filter((url) => url.includes(`/${plural}/`)).length;
  return { server, start, workloads, has, log, askedFor, later };
}

await t.test("a pod of a pod set of a Kafka is the Kafka's, in the first state already", async (t) => {
  const { start, workloads, askedFor } = await follow(t, [
    custom("Kafka", "events"),
    custom("StrimziPodSet", "events-kafka", reference("Kafka", "events")),
    owned("events-kafka-0", reference("StrimziPodSet", "events-kafka")),
  ]);
  await start();
  t.equal(workloads(), "shop/Kafka/events");
  t.equal(askedFor("kafkas"), 1);
});

await t.test("an Argo Rollout that something else owns, and a database's Cluster that nothing does", async (t) => {
  const replicaSet = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "web-1", namespace: "shop", uid: "web-1-uid", ownerReferences: [reference("Rollout", "web")] },
    spec: {},
  };
  const { start, workloads } = await follow(t, [
    custom("Application", "app"),
    custom("Rollout", "web", reference("Application", "app")),
    replicaSet,
    owned("web-1-a", { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "web-1-uid", controller: true }),
    custom("Cluster", "db"),
    owned("db-1", reference("Cluster", "db")),
  ]);
  await start();
  t.strictSame(workloads().split(" ").sort(), ["shop/Application/app", "shop/Cluster/db"]);
});

await t.test("only metadata are asked for: nothing of what a custom object holds is sent", async (t) => {
  const { start, server } = await follow(t, [custom("Cluster", "db"), owned("db-1", reference("Cluster", "db"))]);
  await start();
  const answers = server.counts.all()["get clusters.postgresql.cnpg.io"];
  t.equal(answers?.requests, 1);
  t.ok(answers!.bytes < 1_000, `${answers!.bytes} octets`);
});

await t.test("missing owners, wrong references, loops and cluster-wide owners: the last owner known", async (t) => {
  const { start, workloads } = await follow(t, [
    owned("a-0", reference("Cluster", "missing")),
    custom("StrimziPodSet", "wrong", reference("Kafka", "other", "a uid that it never had")),
    custom("Kafka", "other"),
    owned("b-0", reference("StrimziPodSet", "wrong")),
    custom("Rollout", "ring", reference("Application", "round")),
    custom("Application", "round", reference("Rollout", "ring")),
    owned("c-0", reference("Rollout", "ring")),
    custom("Fleet", "all"),
    custom("Cluster", "of-fleet", reference("Fleet", "all")),
    owned("d-0", reference("Cluster", "of-fleet")),
    owned("e-0", { apiVersion: "nobody.example.com/v1", kind: "Thing", name: "e", uid: "e-uid", controller: true }),
  ]);
  await start();
  const found = workloads().split(" ").sort();
  t.strictSame(found, [
    "shop/Application/round",
    "shop/Cluster/missing",
    "shop/Fleet/all",
    "shop/StrimziPodSet/wrong",
    "shop/Thing/e",
  ]);
});

await t.test("a kind that may not be read is asked for once in a while, not once for each owner", async (t) => {
  const many = Array.from({ length: 30 }, (_, place) =>
    owned(`p-${place}`, reference("StrimziPodSet", `set-${place}`)),
  );
  const { start, server, askedFor, log, workloads, has, later } = await follow(t, [
    ...many,
    custom("Kafka", "events"),
    ...many.map((_, place) => custom("StrimziPodSet", `set-${place}`, reference("Kafka", "events"))),
  ]);
  server.faults.add({ path: /strimzipodsets/u, fault: { kind: "status", code: 403 } });
  await start();
  t.match(workloads(), /^shop\/StrimziPodSet\/set-0 /u);
  t.equal(askedFor("strimzipodsets"), 1);
  t.match(log, [{ kind: "StrimziPodSet.core.strimzi.io" }]);
  server.faults.clear();
  later();
  await has("shop/Kafka/events");
});

await t.test(
  "what can't be answered now is asked for again, and does not hold up the first state for ever",
  async (t) => {
    const { start, server, workloads, has } = await follow(t, [
      custom("Kafka", "events"),
      custom("StrimziPodSet", "set", reference("Kafka", "events")),
      owned("set-0", reference("StrimziPodSet", "set")),
    ]);
    server.faults.add({ path: /strimzipodsets/u, fault: { kind: "status", code: 503 } });
    await start();
    t.equal(workloads(), "shop/StrimziPodSet/set");
    server.faults.clear();
    await has("shop/Kafka/events");
  },
);

await t.test("an owner that is made after the pods that refer to it", async (t) => {
  const { start, server, workloads, has, later } = await follow(t, [
    owned("set-0", reference("StrimziPodSet", "set")),
    custom("Kafka", "events"),
  ]);
  await start();
  t.equal(workloads(), "shop/StrimziPodSet/set");
  server.put(custom("StrimziPodSet", "set", reference("Kafka", "events")));
  later();
  await has("shop/Kafka/events");
});
