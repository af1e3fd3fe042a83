import type { ClusterState } from "../../src/cluster/cluster-state.ts";
import type { Edge } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";
import {
  clusterOf,
  COREDNS,
  deployment,
  DNS,
  edge,
  external,
  networkPolicy,
  profile,
  service,
  workload,
} from "../../test/policy/world.ts";

/** Ports on which the workloads serve, each on one of them. */
export const PORTS = [80, 443, 5432, 6379, 8080, 9090] as const;

const NAMESPACES = 20;
const PODS_OF_EACH = 2;
const CALLS = 4;

/** Workloads of two pods and a Service each, in twenty namespaces; every second one has a policy by hand. */
export function makeTown(size: { readonly workloads: number; readonly policies: number }): ClusterState {
  const places = Array.from({ length: size.workloads }, (_, place) => place);
  return clusterOf(
    [
      COREDNS,
      ...places.map((place) => workloadText(place)),
      ...places.slice(0, size.policies).map((place) => policyText(place * 2, size.workloads)),
    ].join(""),
  );
}

/** What each of the workloads was seen to do: it calls so many others, as many call it, and it asks the resolver and goes out. */
export function makeProfiles(cluster: ClusterState, given: { readonly callsOfEach: number }): readonly Profile[] {
  const count = cluster.workloads().length - 1;
  return Array.from({ length: count }, (_, place) => {
    const calls = Array.from({ length: given.callsOfEach }, (_2, turn) => turn + 1);
    const egress = calls.map((turn) => callTo(calledBy(place, turn, count)));
    const ingress = calls.map((turn) => callFrom(callerOf(place, turn, count), place));
    const outside = edge("egress", external(`203.0.113.${place % 250}`, "api.example.com"), "TCP/443");
    return { ...profile(path(place), [...egress, DNS, outside, ...ingress]), selector: null };
  });
}

function callTo(place: number): Edge {
  return edge("egress", workload(path(place)), `TCP/${portOf(place)}`);
}

function callFrom(caller: number, place: number): Edge {
  return edge("ingress", workload(path(caller)), `TCP/${portOf(place)}`);
}

function calledBy(place: number, turn: number, count: number): number {
  return (place + turn * 37) % count;
}

function callerOf(place: number, turn: number, count: number): number {
  return (place + count - ((turn * 37) % count)) % count;
}

function path(place: number): string {
  return `team-${place % NAMESPACES}/app-${place}`;
}

function portOf(place: number): number {
  return PORTS[place % PORTS.length]!;
}

function workloadText(place: number): string {
  const ips = Array.from({ length: PODS_OF_EACH }, (_, pod) => `10.${1 + pod}.${place >> 8}.${place & 255}`);
  const app = `app-${place}`;
  const containerPort = portOf(place);
  const pods = deployment(path(place), { ips, labels: { app, tier: `t${place % 3}` }, ports: [{ containerPort }] });
  return pods + service(path(place), { selector: { app }, ports: [{ port: 80, targetPort: containerPort }] });
}

function policyText(place: number, count: number): string {
  const turns = Array.from({ length: CALLS }, (_, turn) => turn + 1);
  const to = turns.map((turn) => ({
    to: [peer(calledBy(place, turn, count))],
    ports: [{ port: portOf(calledBy(place, turn, count)) }],
  }));
  const from = turns.map((turn) => peer(callerOf(place, turn, count)));
  return networkPolicy(`team-${place % NAMESPACES}/by-hand-${place}`, {
    podSelector: { matchLabels: { app: `app-${place}` } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from, ports: [{ port: portOf(place) }] }],
    egress: [...to, { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }], ports: [{ port: 443 }] }],
  });
}

function peer(place: number): object {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `team-${place % NAMESPACES}` } },
    podSelector: { matchLabels: { app: `app-${place}` } },
  };
}
