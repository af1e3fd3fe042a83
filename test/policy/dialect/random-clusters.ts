import * as fc from "fast-check";
import { ClusterState } from "../../../src/cluster/cluster-state.ts";
import { rootField } from "../../../src/cluster/object/field.ts";
import { parseObjects } from "../../../src/cluster/object/parse-object.ts";
import type { LabelSelector } from "../../../src/cluster/workload.ts";
import type { Labels } from "./ground.ts";

/** A workload as a Deployment and its pods, whose selector is made of their labels in every way that a selector can be. */
export interface RandomWorkload {
  readonly path: string;
  readonly labels: Labels;
  readonly selector: LabelSelector;
}

export interface RandomCluster {
  readonly cluster: ClusterState;
  readonly workloads: readonly RandomWorkload[];
}

/** The workload whose policies are written. */
export const SUBJECT = "shop/javaapp";

/** Few, so that workloads of one namespace and of several look alike; one that Cilium leaves out of its identities. */
const PATHS = ["shop/db", "shop/web", "bank/db", "bank/ledger", "other/javaapp"];
const VALUES = ["db", "web", "javaapp", "ledger", ""];
const KEYS = ["app", "app.kubernetes.io/name", "tier", "old"];
const UNSEEN_BY_CILIUM = "k8s.io/part";

const labels: fc.Arbitrary<Labels> = fc
  .record({
    common: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { minKeys: 1, maxKeys: 3 }),
    part: fc.constantFrom("a", "b", ...Array.from({ length: 20 }, () => undefined)),
  })
  .map(({ common, part }) => (part === undefined ? common : { ...common, [UNSEEN_BY_CILIUM]: part }));

/** One that takes in pods of these labels, and asks for something that they have. */
function selectorOf(own: Labels): fc.Arbitrary<LabelSelector> {
  const keys = Object.keys(own).sort();
  const missing = KEYS.filter((key) => !(key in own));
  const chosen = fc.subarray(keys, { minLength: 1 });
  const exists = fc.subarray(keys).map((some) => some.map((key) => ({ key, operator: "Exists" as const })));
  const isIn = fc
    .subarray(keys)
    .map((some) => some.map((key) => ({ key, operator: "In" as const, values: [own[key]!, "other"] })));
  const notIn = fc
    .subarray([...keys, ...missing], { maxLength: 2 })
    .map((some) => some.map((key) => ({ key, operator: "NotIn" as const, values: ["canary", "never"] })));
  const lacks = fc
    .subarray(missing, { minLength: Math.min(1, missing.length), maxLength: 1 })
    .map((some) => some.map((key) => ({ key, operator: "DoesNotExist" as const })));
  return fc
    .tuple(chosen, fc.boolean(), fc.boolean(), exists, isIn, notIn, lacks)
    .map(([named, isPlain, isByExistence, ...[has, among, apart, without]]): LabelSelector => {
      const matchLabels = Object.fromEntries(named.map((key) => [key, own[key]!]));
      if (isPlain) return { matchLabels };
      const positive = isByExistence ? has : among;
      const matchExpressions = [...positive, ...apart, ...without];
      return positive.length > 0 ? { matchExpressions } : { matchLabels, matchExpressions };
    });
}

function workload(path: string): fc.Arbitrary<RandomWorkload> {
  return labels.chain((own) => selectorOf(own).map((selector) => ({ path, labels: own, selector })));
}

const workloads: fc.Arbitrary<readonly RandomWorkload[]> = fc
  .subarray(PATHS, { minLength: 2 })
  .chain((paths) => fc.tuple(...[SUBJECT, ...paths].map(workload)));

export const randomCluster: fc.Arbitrary<RandomCluster> = workloads.map((all) => {
  const items = [...all, RESOLVER].flatMap(toObjects);
  return { cluster: clusterOf([...items, NODE_PORT, HOST_NETWORK]), workloads: all };
});

/** As the API has them: thousands of clusters as YAML would take seconds to read. */
function clusterOf(items: readonly object[]): ClusterState {
  const cluster = new ClusterState();
  const list = { apiVersion: "v1", kind: "List", items };
  cluster.replace(parseObjects(rootField(list)), Date.parse("2026-03-02T12:00:00Z") * 1000);
  return cluster;
}

const RESOLVER: RandomWorkload = {
  path: "kube-system/coredns",
  labels: { "k8s-app": "kube-dns" },
  selector: { matchLabels: { "k8s-app": "kube-dns" } },
};

/** Of whatever the first workload's pods are. */
const NODE_PORT = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "shop", name: "javaapp" },
  spec: { type: "NodePort", selector: { service: "yes" }, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] },
};

/** A pod that shares the address of node n1. */
const HOST_NETWORK = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "shop", name: "proxy", labels: { app: "db" } },
  spec: { nodeName: "n1", hostNetwork: true, containers: [{ name: "main" }] },
  status: { phase: "Running", startTime: "2026-03-01T00:00:00Z", hostIP: "192.168.0.11", podIP: "192.168.0.11" },
};

/** Two pods on two nodes, the second of both families. */
function toObjects({ path, labels: own, selector }: RandomWorkload, index: number): readonly object[] {
  const [namespace = "", name = ""] = path.split("/");
  const metadata = { namespace, name, uid: `${path}-uid` };
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name, uid: metadata.uid, controller: true };
  const published = path === SUBJECT ? { service: "yes" } : {};
  const pods = [0, 1].map((at) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name: `${name}-${at}`, labels: { ...own, ...published }, ownerReferences: [owner] },
    spec: { nodeName: `n${at}`, containers: [{ name: "main" }] },
    status: {
      phase: "Running",
      startTime: "2026-03-01T00:00:00Z",
      hostIP: `192.168.0.${10 + at}`,
      podIP: `10.0.${index}.${at}`,
      podIPs: [{ ip: `10.0.${index}.${at}` }, ...(at === 1 ? [{ ip: `fd00::${index}:1` }] : [])],
    },
  }));
  const spec = { selector, template: { metadata: { labels: own } } };
  return [{ apiVersion: "apps/v1", kind: "Deployment", metadata, spec }, ...pods];
}
