import { parseClusterText } from "../../src/cluster/file/parse-cluster-text.ts";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import type { LabelSelector, WorkloadRef } from "../../src/cluster/workload.ts";
import type { Direction, Edge, Peer } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { resolveOptions, type GeneratorSettings } from "../../src/policy/resolve-options.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";

/** Builders for the tests of policy/: small clusters and profiles, with only what a test is about written out. */

const NOW_US = Date.parse("2026-03-02T12:00:00Z") * 1000;

export function clusterOf(yaml: string): ClusterState {
  const cluster = new ClusterState();
  cluster.replace(parseClusterText(yaml, "cluster.yaml"), NOW_US);
  return cluster;
}

/** A Deployment, its ReplicaSet and pods `NAME-0`, `NAME-1`, ..., on nodes n0, n1, ... in turn. */
export function deployment(
  path: string,
  options: { labels?: Record<string, string>; ips?: readonly string[]; ports?: readonly object[]; pods?: number } = {},
): string {
  const [namespace = "", name = ""] = path.split("/");
  const { labels = { app: name }, ips = [], ports = [], pods = Math.max(ips.length, 1) } = options;
  const metadata = { namespace, name, uid: `${path}-uid` };
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name, uid: metadata.uid, controller: true };
  const objects = [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } },
    },
    ...Array.from({ length: pods }, (_, index) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace, name: `${name}-${index}`, labels, ownerReferences: [owner] },
      spec: { nodeName: `n${index}`, containers: [{ name: "main", ports }] },
      status: {
        phase: "Running",
        startTime: "2026-03-01T00:00:00Z",
        hostIP: `192.168.0.${10 + index}`,
        ...(ips[index] !== undefined && { podIP: ips[index], podIPs: [{ ip: ips[index] }] }),
      },
    })),
  ];
  return documents(...objects);
}

/** Any objects as a stream of YAML documents; JSON is YAML. */
export function documents(...objects: readonly object[]): string {
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join("");
}

export function service(path: string, spec: object): string {
  const [namespace, name] = path.split("/");
  return documents({ apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec });
}

export function networkPolicy(path: string, spec: object, labels: Record<string, string> = {}): string {
  const [namespace, name] = path.split("/");
  return documents({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace, name, labels },
    spec,
  });
}

export const COREDNS = deployment("kube-system/coredns", { labels: { "k8s-app": "kube-dns" }, ips: ["10.0.0.53"] });

export function ref(path: string, kind = "Deployment"): WorkloadRef {
  const [namespace = "", name = ""] = path.split("/");
  return { namespace, kind, name };
}

export function workload(path: string, kind = "Deployment"): Peer {
  return { type: "workload", ...ref(path, kind) };
}

export function external(ip: string, ...names: readonly string[]): Peer {
  return names.length === 0 ? { type: "external", ip } : { type: "external", ip, names };
}

export function host(ip: string, name?: string): Peer {
  return name === undefined ? { type: "host", ip } : { type: "host", ip, name };
}

/** `port` as in "TCP/443". */
export function edge(direction: Direction, peer: Peer, port: string, rest: Partial<Edge> = {}): Edge {
  const [protocol, number] = port.split("/");
  const connections = rest.connections ?? 10;
  return {
    direction,
    peer,
    protocol: protocol as Edge["protocol"],
    port: Number(number),
    connections,
    bytes: null,
    outcomes: { established: connections },
    firstSeen: "2026-03-02T08:00:00.000Z",
    lastSeen: "2026-03-02T11:00:00.000Z",
    pods: ["javaapp-0"],
    nodes: ["n0"],
    resolution: "address",
    ...rest,
  };
}

export const DNS = edge("egress", workload("kube-system/coredns"), "UDP/53");

export function profile(path: string, edges: readonly Edge[], rest: Partial<Profile> = {}): Profile {
  const [, name = ""] = path.split("/");
  const selector: LabelSelector = { matchLabels: { app: name } };
  return {
    workload: ref(path),
    selector,
    pods: [`${name}-0`],
    nodes: { seen: 1, expected: 1 },
    observed: {
      since: "2026-03-02T07:00:00.000Z",
      until: "2026-03-02T12:00:00.000Z",
      connections: edges.reduce((sum, { connections }) => sum + connections, 0),
      dropped: 0,
      losses: null,
      older: null,
    },
    learned: { word: "learned", chanceOfNew: 0.01 },
    ingress: edges.filter(({ direction }) => direction === "ingress"),
    egress: edges.filter(({ direction }) => direction === "egress"),
    failed: [],
    overflowed: 0,
    ...rest,
  };
}

export function settings(options: GeneratorOptions = {}): GeneratorSettings {
  return resolveOptions(options);
}
