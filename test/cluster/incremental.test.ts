import assert from "node:assert/strict";
import * as fc from "fast-check";
import t from "tap";
import type { ClusterChange } from "../../src/cluster/cluster-change.ts";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { Reading } from "../../src/cluster/reading.ts";
import { workloadKey } from "../../src/cluster/workload.ts";
import { connection, controller, deployment, node, pod, podOf, read, service, slice, us } from "./builders.ts";

type Json = ReturnType<typeof pod>;

/** Things that are there or not, each with what belongs to it. */
const universe: readonly (readonly Json[])[] = [
  [...deployment("web", { app: "web" }), podOf("web", "1", { ip: "10.244.1.5" })],
  [podOf("web", "2", { ip: "10.244.2.5", node: "node-2", hostIp: "192.168.1.2" })],
  [podOf("web", "3", { ip: "10.244.1.7", phase: "Succeeded" })],
  [...deployment("api", { app: "api" }), podOf("api", "1", { ip: "172.20.0.1" })],
  [
    controller("batch/v1", "CronJob", "report", { templateLabels: { app: "web" } }),
    controller("batch/v1", "Job", "report-1", { owner: "batch/v1 CronJob report" }),
    pod("report-1-x", { owner: "batch/v1 Job report-1", ip: "10.244.1.8" }),
  ],
  [pod("db-a", { owner: "postgresql.cnpg.io/v1 Cluster db", ip: "10.244.1.20" })],
  [pod("db-b", { owner: "acme.io/v1 Cluster db", ip: "10.244.1.21" })],
  [pod("stray", { labels: { app: "web" }, ips: ["10.244.1.9", "fd00::9"] })],
  [pod("proxy", { ip: "192.168.1.1", hostIp: "192.168.1.1", hostNetwork: true })],
  [node("node-1", "192.168.1.1", ["10.244.1.0/24"])],
  [node("node-2", "192.168.1.2", ["10.244.2.0/24"])],
  [service("web", { selector: { app: "web" }, clusterIP: "10.96.0.5", ports: [{ port: 80, targetPort: 8080 }] })],
  [slice("web", "web-1", [{ name: "", port: 8080 }], [{ ip: "10.244.1.5", pod: "web-abc-1" }])],
  [slice("web", "web-2", [{ name: "", port: 8080 }], [{ ip: "10.244.2.5", pod: "web-abc-2" }])],
  [service("other", { type: "NodePort", clusterIP: "10.96.7.7", ports: [{ port: 80, nodePort: 30_080 }] })],
  [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { team: "a" } } }],
];

const ips = ["10.244.1.5", "10.244.2.5", "172.20.0.1", "10.244.1.20", "10.244.1.21", "10.244.1.9", "fd00::9"];
const places = ["192.168.1.1", "192.168.1.2", "10.244.1.0", "10.244.2.99", "10.96.0.77", "10.96.7.7", "10.1.1.1"];
const servers = ["10.96.0.5:80", "10.96.7.7:80", "192.168.1.1:30080", "10.244.1.5:8080"];

/** What there is now; who had an address that nobody has any more is what a new state can't know. */
function answers(state: ClusterState): object {
  const now = us("12:00:00");
  const held = new Set(state.pods().flatMap((each) => each.ips));
  return {
    who: ips.filter((ip) => held.has(ip)).map((ip) => state.identify(ip, now)),
    places: places.map((ip) => state.identify(ip, us("23:00:00"))),
    servers: servers.map((server) => state.identifyConnection(connection("10.9.9.9:1", server)).servers),
    workloads: state.workloads().toSorted((a, b) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1)),
    pods: state
      .pods()
      .map((each) => `${each.metadata.name} of ${workloadKey(state.workloadOf(each))}`)
      .toSorted(),
    labels: state.namespaceLabels("shop"),
    counts: [state.podCount, state.services().length, state.podsOf(web).length],
  };
}

const web = { namespace: "shop", kind: "Deployment", name: "web" };

await t.test("changes told one by one leave a state that answers as one that was told whole", async () => {
  const toggles = fc.array(fc.nat({ max: universe.length - 1 }), { maxLength: 40 });
  fc.assert(
    fc.property(toggles, (steps) => {
      const state = new ClusterState({ graceUs: 0, toleranceUs: 0, maxPast: 0 });
      const there = new Set<number>();
      for (const step of steps) {
        const kind = there.delete(step) ? "gone" : "present";
        if (kind === "present") there.add(step);
        const changes = read(...universe[step]!).map((object): ClusterChange => ({ kind, object }));
        state.apply(changes, us("12:00:00"));
      }
      const whole = new ClusterState({ graceUs: 0, toleranceUs: 0, maxPast: 0 });
      whole.replace(read(...[...there].sort((a, b) => a - b).flatMap((step) => universe[step]!)), us("12:00:00"));
      // Order of arrival is the one thing that may differ: two living pods never share an address here.
      assert.deepStrictEqual(answers(state), answers(whole));
    }),
    { numRuns: 300 },
  );
});

await t.test("a reading tells what is new, what is not as it was and what has gone, and nothing else", async (t) => {
  const reading = new Reading();
  const [a, b, c] = ["a", "b", "c"].map((name) => pod(name, { ip: "10.0.0.1" }));
  const told = (...objects: readonly Json[]) =>
    reading
      .next(read(...objects))
      .map((change) => ("object" in change ? `${change.kind} ${change.object.metadata.name}` : change.kind));
  t.same(told(a!, b!), ["present a", "present b"]);
  t.same(told(a!, b!), []);
  t.same(told(c!, pod("a", { ip: "10.0.0.2" })), ["gone b", "present c", "present a"]);
});

await t.test("what an event changes that nobody uses is no change", async (t) => {
  const state = new ClusterState();
  state.replace(read(pod("a", { ip: "10.0.0.1" })), us("12:00:00"));
  const [before] = state.pods();
  const condition = { ...pod("a", { ip: "10.0.0.1" }), status: { ...status("10.0.0.1"), conditions: [{ type: "x" }] } };
  state.apply([{ kind: "present", object: read(condition)[0]! }], us("12:00:01"));
  t.equal(state.pods()[0], before);
});

function status(ip: string): object {
  return { ...(pod("a", { ip })["status"] as object) };
}

await t.test("a Job that is cleaned up before its pods was its CronJob's nevertheless", async (t) => {
  const state = new ClusterState();
  const cronJob = controller("batch/v1", "CronJob", "report", { templateLabels: { app: "report" } });
  const job = controller("batch/v1", "Job", "report-1", { owner: "batch/v1 CronJob report" });
  const run = pod("report-1-x", { owner: "batch/v1 Job report-1", ip: "10.0.0.1" });
  state.replace(read(cronJob, job, run), us("12:00:00"));
  state.replace(read(cronJob, run), us("12:01:00"));
  t.match(state.identify("10.0.0.1", us("12:01:00")), { workload: { kind: "CronJob", name: "report" } });
  state.replace(read(cronJob, pod("report-1-x", { owner: "batch/v1 Job report-1", phase: "Failed" })), us("12:02:00"));
  t.match(state.identify("10.0.0.1", us("12:01:30")), { workload: { kind: "CronJob", name: "report" } });
  state.replace(read(cronJob), us("12:03:00"));
  t.match(state.identify("10.0.0.1", us("12:01:30")), { workload: { kind: "CronJob", name: "report" } });
});

await t.test("a Deployment that is deleted and made again keeps the pods of the first as its own", async (t) => {
  const state = new ClusterState();
  const [first, second] = ["first", "second"].map((uid) => controller("apps/v1", "StatefulSet", "db", { uid }));
  const old = pod("db-0", { owner: "apps/v1 StatefulSet db first", ip: "10.0.0.1" });
  state.replace(read(first!, old), us("12:00:00"));
  state.replace(read(second!, old), us("12:00:05"));
  t.match(state.identify("10.0.0.1", us("12:00:05")), { workload: { kind: "StatefulSet", name: "db" } });
});

await t.test("an owner that is told of after its pods gives them its name from then on", async (t) => {
  const state = new ClusterState();
  const run = pod("report-1-x", { owner: "batch/v1 Job report-1", ip: "10.0.0.1" });
  state.replace(read(run), us("12:00:00"));
  t.match(state.identify("10.0.0.1", us("12:00:00")), { workload: { kind: "Job", name: "report-1" } });
  state.replace(
    read(run, controller("batch/v1", "Job", "report-1", { owner: "batch/v1 CronJob report" })),
    us("12:00:01"),
  );
  t.match(state.identify("10.0.0.1", us("12:00:00")), { workload: { kind: "CronJob", name: "report" } });
});

await t.test("a Job that is told of after its pod has gone gives it the CronJob's name nevertheless", async (t) => {
  const state = new ClusterState();
  const [run, job] = read(
    pod("report-1-x", { owner: "batch/v1 Job report-1", ip: "10.0.0.1", start: "11:59:00" }),
    controller("batch/v1", "Job", "report-1", { owner: "batch/v1 CronJob report" }),
  );
  state.apply([{ kind: "present", object: run! }], us("12:00:00"));
  state.apply([{ kind: "gone", object: run! }], us("12:00:01"));
  state.apply([{ kind: "present", object: job! }], us("12:00:02"));
  t.match(state.identify("10.0.0.1", us("12:00:00")), { workload: { kind: "CronJob", name: "report" } });
  state.apply([{ kind: "gone", object: job! }], us("12:00:03"));
  t.match(state.identify("10.0.0.1", us("12:00:00")), { workload: { kind: "CronJob", name: "report" } });
});
