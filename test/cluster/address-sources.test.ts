import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import t, { type Test } from "tap";
import { connectApi } from "../../src/cluster/api/connect-api.ts";
import { followClusterApi } from "../../src/cluster/api/follow-cluster-api.ts";
import { readCluster } from "../../src/cluster/api/read-cluster.ts";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { toApiObject } from "../../src/cluster/object/write-object.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { eventually } from "../demo/eventually.ts";
import { node, pod, read, service, us } from "./builders.ts";

const pauses = { firstMs: 10, mostMs: 100, missedMs: 100, silentMs: 60_000 };
const sourcePauses = { againMs: 50, failedMs: 20 };

function configMap(name: string, data: object, namespace = "kube-system"): Record<string, unknown> {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

function kubeadmConfig(networking: string): Record<string, unknown> {
  const ClusterConfiguration = `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n${networking}`;
  return configMap("kubeadm-config", { ClusterConfiguration });
}

const kubeadm = kubeadmConfig("  podSubnet: 10.32.0.0/12,fd00:32::/48\n  serviceSubnet: 10.111.0.0/16\n");
const ciliumPool = { ipam: "cluster-pool", "cluster-pool-ipv4-cidr": "10.64.0.0/12", "cluster-pool-ipv6-cidr": "" };
const ciliumNode = {
  apiVersion: "cilium.io/v2",
  kind: "CiliumNode",
  metadata: { name: "node-1" },
  spec: {
    addresses: [
      { type: "InternalIP", ip: "192.168.0.1" },
      { type: "CiliumInternalIP", ip: "10.64.7.99" },
    ],
    health: { ipv4: "10.64.7.100" },
    ipam: { podCIDRs: ["10.64.7.0/24"], pools: { allocated: [{ pool: "blue", cidrs: ["10.99.1.0/24"] }] } },
  },
};
const ipPool = {
  apiVersion: "crd.projectcalico.org/v1",
  kind: "IPPool",
  metadata: { name: "default-ipv4-ippool" },
  spec: { cidr: "192.168.128.0/17", natOutgoing: true },
};

/** What is known of each address by these objects. */
function kindsOf(objects: readonly Record<string, unknown>[], ...ips: readonly string[]): readonly string[] {
  const state = new ClusterState();
  state.replace(read(...objects), us("10:00:00"));
  return ips.map((ip) => state.identify(ip, us("12:00:00")).kind);
}

await t.test("kubeadm's configuration tells pod and Service ranges, of both families", async (t) => {
  const ips = ["10.32.0.9", "10.47.255.1", "fd00:32::9", "10.111.0.9", "10.48.0.1", "172.16.0.1"];
  t.same(kindsOf([kubeadm], ...ips), ["unresolved", "unresolved", "unresolved", "unresolved", "external", "external"]);
  t.same(kindsOf([], "10.48.0.1"), ["unresolved"], "where nobody tells where pods live");
});

await t.test("a pod outside of all ranges shows that they are not what pods get", async (t) => {
  t.same(kindsOf([kubeadm, pod("web", { ip: "10.200.0.1" })], "10.48.0.1"), ["unresolved"]);
  t.same(kindsOf([kubeadm, pod("web", { ip: "10.32.0.1" })], "10.48.0.1"), ["external"]);
});

await t.test("Cilium's pool counts where it hands out addresses", async (t) => {
  t.same(kindsOf([configMap("cilium-config", ciliumPool)], "10.64.3.1", "10.80.0.1"), ["unresolved", "external"]);
  const off = configMap("cilium-config", { ...ciliumPool, ipam: "kubernetes" });
  t.same(kindsOf([off], "10.80.0.1"), ["unresolved"]);
});

await t.test(
  "a CiliumNode tells its ranges, and its router's and health probe's addresses are the node's",
  async (t) => {
    const ips = ["10.64.7.1", "10.99.1.1", "10.64.7.99", "10.64.7.100", "10.64.8.1"];
    t.same(kindsOf([ciliumNode], ...ips), ["unresolved", "unresolved", "host", "host", "external"]);
  },
);

await t.test("a Calico pool tells where pods and tunnels have their addresses, by either of its groups", async (t) => {
  for (const apiVersion of ["crd.projectcalico.org/v1", "projectcalico.org/v3"])
    t.same(kindsOf([{ ...ipPool, apiVersion }], "192.168.200.1", "192.168.1.1"), ["unresolved", "external"]);
});

await t.test("other ConfigMaps are nobody's concern, whatever is in them", async (t) => {
  t.same(read(configMap("kubeadm-config", { ClusterConfiguration: "{" }, "shop"), configMap("other", {})), []);
  t.throws(() => read(configMap("kubeadm-config", { ClusterConfiguration: "{" })), { message: /expected YAML/u });
  t.throws(() => read(kubeadmConfig("  podSubnet: none\n")), { message: /expected a CIDR block/u });
});

await t.test("what tells ranges is written as it is read", async (t) => {
  for (const object of read(kubeadm, configMap("cilium-config", ciliumPool), ciliumNode, ipPool))
    t.same(read(toApiObject(object)), [object]);
});

await t.test("ranges that are told no more hold no more", async (t) => {
  const state = new ClusterState();
  const identify = (ip: string): string => state.identify(ip, us("12:00:00")).kind;
  const [source] = read(ciliumNode);
  state.apply([{ kind: "present", object: source! }], us("10:00:00"));
  t.same(["10.64.7.99", "10.64.8.1"].map(identify), ["host", "external"]);
  state.apply([{ kind: "gone", object: source! }], us("10:00:01"));
  t.same(["10.64.7.99", "10.64.8.1"].map(identify), ["unresolved", "unresolved"]);
});

function definition(plural: string, kind: string, group: string, version: string): object {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const names = { plural, singular: kind.toLowerCase(), kind };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: "Cluster", names, versions: [{ name: version, served: true, storage: true, schema }] },
  };
}

async function started(t: Test, objects: readonly object[]) {
  const server = await new ApiServer([
    definition("ciliumnodes", "CiliumNode", "cilium.io", "v2"),
    definition("ippools", "IPPool", "crd.projectcalico.org", "v1"),
    node("node-1", "192.168.0.1"),
    service("web", { clusterIP: "10.111.0.1", ports: [{ port: 80 }] }, "default"),
    ...objects,
  ]).start();
  const path = join(t.testdir(), "kubeconfig");
  writeFileSync(path, server.kubeconfig());
  const connection = await connectApi({ kind: "kubeconfig", path });
  const stop = new AbortController();
  t.teardown(async () => {
    stop.abort();
    await server.stop();
  });
  return { server, connection, signal: stop.signal };
}

async function follow(t: Test, objects: readonly object[]) {
  const { server, connection, signal } = await started(t, objects);
  const state = new ClusterState();
  const log: { readonly source?: string }[] = [];
  const start = (): Promise<void> =>
    followClusterApi(connection, {
      pauses,
      sourcePauses,
      signal,
      newsLagUs: 0,
      nowUs: () => Date.now() * 1000,
      logger: pino({ level: "info" }, { write: (line) => log.push(JSON.parse(line) as object) }),
      onChange: (changes) => state.apply(changes, Date.now() * 1000),
    }).first;
  const becomes = (ip: string, kind: string): Promise<true> =>
    eventually(`${ip} is ${kind}`, () =>
      Promise.resolve(state.identify(ip, Date.now() * 1000).kind === kind ? true : undefined),
    );
  return { server, start, becomes, log };
}

await t.test("with the right to, ranges are read from a live API, and what changes is seen later", async (t) => {
  const { server, start, becomes } = await follow(t, [kubeadm, ciliumNode, ipPool]);
  await start();
  await becomes("172.16.0.1", "external");
  await becomes("10.64.7.99", "host");
  await becomes("192.168.200.1", "unresolved");
  server.remove(ciliumNode);
  await becomes("10.64.7.99", "external");
});

await t.test(
  "without the right nothing is missing, each source is named once, and a right given later counts",
  async (t) => {
    const { server, start, becomes, log } = await follow(t, [kubeadm]);
    server.faults.add({ path: /configmaps|ciliumnodes|ippools/u, fault: { kind: "status", code: 403 } });
    await start();
    const rounds = (): number => server.asked.filter((path) => path.includes("ippools")).length;
    await eventually("a third round", () => Promise.resolve(rounds() > 2 ? true : undefined));
    t.same(
      log
        .map(({ source }) => source)
        .filter((source) => source !== undefined)
        .sort(),
      [
        "ciliumnodes.cilium.io",
        "configmap kube-system/cilium-config",
        "configmap kube-system/kubeadm-config",
        "ippools.crd.projectcalico.org",
      ],
    );
    server.faults.clear();
    await becomes("172.16.0.1", "external");
  },
);

await t.test("a server that fails takes nothing back, and one object that can't be read hides no other", async (t) => {
  const broken = { ...ipPool, metadata: { name: "a-broken-one" }, spec: { cidr: "everything" } };
  const { server, start, becomes } = await follow(t, [kubeadm, broken, ipPool]);
  await start();
  await becomes("172.16.0.1", "external");
  server.faults.add({ path: /configmaps|ciliumnodes|ippools/u, fault: { kind: "status", code: 500 } });
  const asked = server.asked.length;
  await eventually("it was asked again", () => Promise.resolve(server.asked.length > asked + 4 ? true : undefined));
  await becomes("172.16.0.1", "external");
  await becomes("192.168.200.1", "unresolved");
});

await t.test("a snapshot has what tells ranges in it", async (t) => {
  const { connection, signal } = await started(t, [kubeadm, ciliumNode, ipPool]);
  const missed: string[] = [];
  const objects = await readCluster(connection, { onMissed: (problem) => missed.push(problem), signal });
  const names = objects.filter(({ type }) => type === "AddressSource").map(({ metadata }) => metadata.name);
  t.same(names, ["kubeadm-config", "node-1", "default-ipv4-ippool"]);
  t.same(missed, []);
});
