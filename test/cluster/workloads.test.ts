import t from "tap";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { controller, deployment, pod, podOf, read, us, type PodOptions } from "./builders.ts";

type Json = ReturnType<typeof pod>;

function stateOf(...objects: readonly Json[]): ClusterState {
  const state = new ClusterState();
  state.replace(read(...objects), us("12:00:00"));
  return state;
}

/** `Deployment/web: web-1 web-2`, one a workload. */
function workloads(...objects: readonly Json[]): readonly string[] {
  return stateOf(...objects)
    .workloads()
    .map(({ kind, name, pods }) => `${kind}/${name}:${pods.map((each) => ` ${each}`).join("")}`);
}

function selectorOf(state: ClusterState, kind: string, name: string) {
  const workload = state.workload({ namespace: "shop", kind, name });
  return { selector: workload?.selector, problem: workload?.selectorProblem };
}

await t.test("a pod belongs to the controller at the top of its owner chain", async (t) => {
  t.same(workloads(...deployment("web", { app: "web" }), podOf("web", "1")), ["Deployment/web: web-abc-1"]);
  t.same(
    workloads(
      controller("batch/v1", "CronJob", "report", { templateLabels: { app: "report" } }),
      controller("batch/v1", "Job", "report-1", { owner: "batch/v1 CronJob report" }),
      pod("report-1-x", { owner: "batch/v1 Job report-1" }),
    ),
    ["CronJob/report: report-1-x"],
  );
  t.same(
    workloads(
      controller("monitoring.coreos.com/v1", "Prometheus", "main"),
      controller("apps/v1", "StatefulSet", "prometheus-main", { owner: "monitoring.coreos.com/v1 Prometheus main" }),
      pod("prometheus-main-0", { owner: "apps/v1 StatefulSet prometheus-main" }),
    ),
    ["Prometheus/main: prometheus-main-0"],
  );
});

await t.test("a bare pod is its own workload, and a static pod its node's", async (t) => {
  t.same(workloads(pod("debug"), pod("etcd-node-1", { owner: "v1 Node node-1" })), [
    "Pod/debug: debug",
    "Node/node-1: etcd-node-1",
  ]);
});

await t.test("a ReplicaSet that can't be read still tells whose it is, by the hash at its name's end", async (t) => {
  t.same(workloads(podOf("web", "1")), ["Deployment/web: web-abc-1"]);
  t.same(
    workloads(pod("web-1", { owner: "apps/v1 ReplicaSet web-abc", labels: { "rollouts-pod-template-hash": "abc" } })),
    ["Rollout/web: web-1"],
  );
  t.same(workloads(pod("web-1", { owner: "apps/v1 ReplicaSet web-abc", labels: { "pod-template-hash": "xyz" } })), [
    "ReplicaSet/web-abc: web-1",
  ]);
  const [web] = deployment("web", { app: "web" });
  t.same(selectorOf(stateOf(web ?? {}, podOf("web", "1")), "Deployment", "web"), {
    selector: { matchLabels: { app: "web" } },
    problem: undefined,
  });
});

await t.test("an orphaned ReplicaSet is a workload of its own", async (t) => {
  const orphan = controller("apps/v1", "ReplicaSet", "web-abc", { selector: { matchLabels: { app: "web" } } });
  t.same(workloads(orphan, podOf("web", "1")), ["ReplicaSet/web-abc: web-abc-1"]);
});

await t.test("a roll-out leaves the Deployment's name and selector as they were", async (t) => {
  const objects = deployment("web", { app: "web" });
  const next = pod("web-def-1", {
    owner: "apps/v1 ReplicaSet web-def",
    labels: { app: "web", "pod-template-hash": "def" },
  });
  const replicaSet = controller("apps/v1", "ReplicaSet", "web-def", { owner: "apps/v1 Deployment web" });
  const state = stateOf(...objects, podOf("web", "1"), replicaSet, next);
  t.same(state.workload({ namespace: "shop", kind: "Deployment", name: "web" }), {
    namespace: "shop",
    kind: "Deployment",
    name: "web",
    selector: { matchLabels: { app: "web" } },
    pods: ["web-abc-1", "web-def-1"],
    nodes: ["node-1"],
    hostNetwork: false,
  });
});

const owned = (owner: string): PodOptions => ({ owner });

await t.test("a missing, wrong or looping owner leaves the last owner known", async (t) => {
  t.same(workloads(pod("a", owned("acme.io/v1 Robot r2"))), ["Robot/r2: a"], "one that can't be read");
  t.same(
    workloads(
      controller("apps/v1", "StatefulSet", "db", { uid: "new" }),
      pod("db-0", owned("apps/v1 StatefulSet db old")),
    ),
    ["Pod/db-0: db-0", "StatefulSet/db:"],
    "another object of the same name",
  );
  t.same(
    workloads(
      controller("acme.io/v1", "A", "a", { owner: "acme.io/v1 B b" }),
      controller("acme.io/v1", "B", "b", { owner: "acme.io/v1 A a" }),
      pod("x", owned("acme.io/v1 A a")),
    ),
    ["B/b: x"],
    "a circle",
  );
  t.same(
    workloads(controller("acme.io/v1", "Fleet", "f", { namespace: "" }), pod("x", owned("acme.io/v1 Fleet f"))),
    ["Fleet/f: x"],
    "an owner that is cluster-scoped gives its name in the pod's namespace",
  );
});

await t.test("a custom kind takes its group where its name is another's", async (t) => {
  t.same(
    workloads(
      pod("a", { owner: "batch.volcano.sh/v1alpha1 Job train" }),
      pod("b", { owner: "postgresql.cnpg.io/v1 Cluster db" }),
      pod("c", { owner: "acme.io/v1 Cluster db" }),
      pod("d", { owner: "acme.io/v1 Cluster other" }),
    ),
    ["Job.batch.volcano.sh/train: a", "Cluster.postgresql.cnpg.io/db: b", "Cluster/db: c", "Cluster/other: d"],
  );
});

await t.test("a workload is found by its kind in any case, a custom one also with its group", async (t) => {
  const state = stateOf(...deployment("web", {}), pod("a", { owner: "argoproj.io/v1alpha1 Rollout shop" }));
  t.same(
    [
      ["deployment", "web"],
      ["Deployment", "web"],
      ["rollout", "shop"],
      ["rollout.argoproj.io", "shop"],
      ["rollout.acme.io", "shop"],
      ["deployment.apps", "web"],
    ].map(([kind = "", name = ""]) => state.findWorkload("shop", kind, name)?.kind),
    ["Deployment", "Deployment", "Rollout", "Rollout", undefined, undefined],
  );
  t.equal(state.findWorkload("other", "deployment", "web"), undefined);
});

const labelsOfDb = (index: number) => ({
  app: "db",
  "statefulset.kubernetes.io/pod-name": `db-${index}`,
  "apps.kubernetes.io/pod-index": String(index),
  "controller-revision-hash": "db-1",
});

await t.test("a StatefulSet of three has one selector, that also holds the fourth", async (t) => {
  const pods = [0, 1, 2].map((index) =>
    pod(`db-${index}`, { owner: "apps/v1 StatefulSet db", labels: labelsOfDb(index) }),
  );
  const expected = { selector: { matchLabels: { app: "db" } }, problem: undefined };
  const set = controller("apps/v1", "StatefulSet", "db", { selector: { matchLabels: { app: "db" } } });
  t.same(selectorOf(stateOf(set, ...pods), "StatefulSet", "db"), expected);
  t.same(selectorOf(stateOf(...pods), "StatefulSet", "db"), expected, "also where the set can't be read");
});

const runOfReport = (number: number, phase: string) => [
  controller("batch/v1", "Job", `report-${number}`, {
    owner: "batch/v1 CronJob report",
    selector: { matchLabels: { "batch.kubernetes.io/controller-uid": `u${number}` } },
    templateLabels: { app: "report", "controller-uid": `u${number}`, "job-name": `report-${number}` },
  }),
  pod(`report-${number}-x`, {
    owner: `batch/v1 Job report-${number}`,
    phase,
    labels: { app: "report", "controller-uid": `u${number}`, "job-name": `report-${number}` },
  }),
];

await t.test("CronJobs and Jobs are one workload at the CronJob, selected by the template's labels", async (t) => {
  const cronJob = controller("batch/v1", "CronJob", "report", { templateLabels: { app: "report" } });
  const state = stateOf(cronJob, ...runOfReport(1, "Succeeded"), ...runOfReport(2, "Running"));
  t.same(state.workloads(), [
    {
      namespace: "shop",
      kind: "CronJob",
      name: "report",
      selector: { matchLabels: { app: "report" } },
      pods: ["report-2-x"],
      nodes: ["node-1"],
      hostNetwork: false,
    },
  ]);
  t.same(
    stateOf(...runOfReport(1, "Succeeded")).workload({ namespace: "shop", kind: "CronJob", name: "report" })?.selector,
    { matchLabels: { app: "report" } },
    "one that can't be read and has only finished pods is a workload still",
  );
});

await t.test(
  "a Job of its own is selected by its template's labels, since its selector holds only the run's uid",
  async (t) => {
    const job = controller("batch/v1", "Job", "migrate", {
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "u1" } },
      templateLabels: { app: "migrate", "batch.kubernetes.io/controller-uid": "u1", "job-name": "migrate" },
    });
    t.same(selectorOf(stateOf(job), "Job", "migrate"), {
      selector: { matchLabels: { app: "migrate" } },
      problem: undefined,
    });
  },
);

await t.test("labels that come from the node, the roll-out or the pod's own name never enter a selector", async (t) => {
  const labels = {
    app: "pg",
    "topology.kubernetes.io/zone": "a",
    "topology.kubernetes.io/region": "eu",
    "failure-domain.beta.kubernetes.io/zone": "a",
    "rollouts-pod-template-hash": "x",
    "pod-template-generation": "3",
    "cnpg.io/instanceName": "pg-1",
  };
  const state = stateOf(pod("pg-1", { owner: "postgresql.cnpg.io/v1 Cluster pg", labels }));
  t.same(selectorOf(state, "Cluster", "pg"), { selector: { matchLabels: { app: "pg" } }, problem: undefined });
});

const releaseOfRedis = (instance: string) => {
  const labels = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": instance };
  return [
    controller("apps/v1", "StatefulSet", instance, { selector: { matchLabels: labels } }),
    pod(`${instance}-0`, { owner: `apps/v1 StatefulSet ${instance}`, labels: { ...labels, role: "master" } }),
  ];
};

await t.test("two releases of a chart in one namespace stay apart by the controllers' own selectors", async (t) => {
  const state = stateOf(...releaseOfRedis("cache"), ...releaseOfRedis("queue"));
  t.same(selectorOf(state, "StatefulSet", "cache"), {
    selector: { matchLabels: { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "cache" } },
    problem: undefined,
  });
});

await t.test("a selector that takes in other workloads says which, also those that have no pods now", async (t) => {
  const state = stateOf(
    controller("apps/v1", "Deployment", "web", { selector: { matchLabels: { app: "web" } } }),
    podOf("web", "1"),
    pod("stray", { labels: { app: "web" } }),
    pod("elsewhere", { namespace: "other", labels: { app: "web" } }),
    pod("over", { phase: "Succeeded", labels: { app: "web" } }),
    controller("batch/v1", "CronJob", "crawl", { templateLabels: { app: "web" } }),
  );
  t.equal(selectorOf(state, "Deployment", "web").problem, "it also selects CronJob/crawl, Pod/stray");
});

await t.test("a pod without usable labels has no selector, and the reason is told", async (t) => {
  const state = stateOf(pod("bare"), pod("run-1", { owner: "batch/v1 Job run", labels: { "job-name": "run" } }));
  const expected = {
    selector: undefined,
    problem: "its pods bear no label that lasts, and an empty selector would take in the whole namespace",
  };
  t.same(selectorOf(state, "Pod", "bare"), expected);
  t.same(selectorOf(state, "Job", "run"), expected);
});

await t.test(
  "expressions of a controller's selector are kept, and a ReplicationController's selector is a plain map",
  async (t) => {
    const expression = { key: "app", operator: "In", values: ["web", "api"] };
    const state = stateOf(
      controller("apps/v1", "Deployment", "web", { selector: { matchExpressions: [expression] } }),
      controller("v1", "ReplicationController", "old", { selector: { app: "old" } }),
      controller("argoproj.io/v1alpha1", "Rollout", "roll", {
        selector: { matchLabels: { app: "roll" } },
        templateLabels: { app: "roll" },
      }),
      pod("roll-1", { owner: "argoproj.io/v1alpha1 Rollout roll", labels: { app: "roll", version: "3" } }),
    );
    t.same(selectorOf(state, "Deployment", "web").selector, { matchExpressions: [expression] });
    t.same(selectorOf(state, "ReplicationController", "old").selector, { matchLabels: { app: "old" } });
    t.same(selectorOf(state, "Rollout", "roll").selector, { matchLabels: { app: "roll" } });
  },
);

const namesOf = (pods: ReturnType<ClusterState["pods"]>) => pods.map(({ metadata }) => metadata.name);

await t.test("finished pods are not among the pods, nor among a workload's", async (t) => {
  const state = stateOf(podOf("web", "1"), podOf("web", "2", { phase: "Failed" }), pod("x", { namespace: "other" }));
  t.same(namesOf(state.pods()), ["web-abc-1", "x"]);
  t.same(namesOf(state.podsOf({ namespace: "shop", kind: "Deployment", name: "web" })), ["web-abc-1"]);
  t.same(
    state.workloads("other").map(({ name }) => name),
    ["x"],
  );
  t.same(
    state.pods().map((each) => state.workloadOf(each)),
    [
      { namespace: "shop", kind: "Deployment", name: "web" },
      { namespace: "other", kind: "Pod", name: "x" },
    ],
  );
});

await t.test("every namespace bears its name as a label", async (t) => {
  const state = stateOf({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { team: "a" } } });
  t.same(state.namespaceLabels("shop"), { team: "a", "kubernetes.io/metadata.name": "shop" });
  t.same(state.namespaceLabels("unknown"), { "kubernetes.io/metadata.name": "unknown" });
});
