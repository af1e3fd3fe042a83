import * as fc from "fast-check";
import type { Said } from "../../../src/policy/dialect/dialect.ts";
import { type AddressEnd, type PodEnd, podEnd } from "../../../src/policy/evaluate/end.ts";
import { draftPolicy } from "../../../src/policy/learn/draft.ts";
import { lookAround } from "../../../src/policy/learn/surroundings.ts";
import type { GeneratorOptions } from "../../../src/policy/options.ts";
import { type Edge, edgeKey, type Peer } from "../../../src/profile/edge.ts";
import { edge, external, host, profile, settings, workload } from "../world.ts";
import type { Ground } from "./ground.ts";
import { type RandomCluster, randomCluster, SUBJECT } from "./random-clusters.ts";

/** What was generated for a random profile in a random cluster, and what may be asked of it. */
export interface World {
  readonly said: Said;
  readonly namespaceLabels: (namespace: string) => Readonly<Record<string, string>>;
  readonly pods: readonly PodEnd[];
  /** Whom the pods were seen to ask by UDP. */
  readonly resolver: PodEnd | AddressEnd | undefined;
  readonly ports: readonly Pick<Ground, "port" | "protocol">[];
}

export const API_SERVER = "192.0.2.10";
export const LINK_LOCAL = "169.254.20.10";
/** What DNS answers now: of a.example one address more than was seen, of b.example another. */
export const ANSWERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["a.example", ["203.0.113.9", "203.0.113.200", "2001:db8::1"]],
  ["b.example", ["203.0.113.77"]],
  ["c.example", ["198.51.100.99"]],
]);

const outside: fc.Arbitrary<Peer> = fc.constantFrom<Peer>(
  external("203.0.113.9", "a.example"),
  external("203.0.113.10", "b.example"),
  external("203.0.113.11", "a.example", "b.example"),
  external("203.0.113.12", "not a name"),
  external("203.0.113.13", "db.shop.svc"),
  external("2001:db8::1", "a.example"),
  external("2001:db8::2"),
  external("198.51.100.1"),
  external(API_SERVER, "kubernetes.default.svc"),
  { type: "unresolved", ip: "10.0.9.9", reason: "gone" },
);
const node: fc.Arbitrary<Peer> = fc.constantFrom(
  host("192.168.0.10", "n0"),
  host("192.168.0.11", "n1"),
  host(LINK_LOCAL),
);

function peerIn({ workloads }: RandomCluster): fc.Arbitrary<Peer> {
  const known = fc.constantFrom(...workloads.map(({ path }) => path)).map((path) => workload(path));
  return fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: node }, { weight: 3, arbitrary: outside });
}

const PORTS = ["TCP/80", "TCP/81", "TCP/443", "TCP/8080", "TCP/53", "UDP/53", "SCTP/99", "UDP/80"];

function edgesIn(random: RandomCluster): fc.Arbitrary<readonly Edge[]> {
  const one = fc
    .record({
      direction: fc.constantFrom("ingress" as const, "egress" as const),
      peer: peerIn(random),
      port: fc.constantFrom(...PORTS),
    })
    .map(({ direction, peer, port }) => edge(direction, peer, port));
  const some = fc.uniqueArray(one, { selector: edgeKey, minLength: 1, maxLength: 10 });
  return fc.tuple(named, lookups, some).map((all) => {
    const byKey = new Map(all.flat().map((each) => [edgeKey(each), each]));
    return [...byKey.values()];
  });
}

/** Often there, since names and lookups are what dialects differ in most. */
const named = fc.constantFrom<readonly Edge[]>(
  [],
  [edge("egress", external("203.0.113.9", "a.example"), "TCP/443")],
  [edge("egress", external("203.0.113.10", "b.example"), "TCP/443")],
  [edge("egress", external("2001:db8::1", "a.example"), "TCP/81")],
);
const lookups = fc.constantFrom<readonly Edge[]>(
  [],
  [edge("egress", workload("kube-system/coredns"), "UDP/53")],
  [edge("egress", host(LINK_LOCAL), "UDP/53")],
);

const mode = fc.oneof(
  { weight: 5, arbitrary: fc.constant("learned" as const) },
  { weight: 1, arbitrary: fc.constantFrom("allow-namespace" as const, "allow-all" as const, "deny-all" as const) },
);
/** Some of them hold pods and nodes, some are both of a family's addresses or all, some have ranges of ports. */
const cidrs = fc.constantFrom<NonNullable<GeneratorOptions["egressCidrs"]>>(
  [],
  [],
  [{ cidr: "203.0.113.0/28" }],
  [{ cidr: "169.254.20.0/24", ports: [{ protocol: "UDP", port: 53 }] }],
  [{ cidr: "10.0.0.0/16", ports: [{ port: 80, endPort: 82 }] }],
  [{ cidr: "0.0.0.0/0", ports: [{ port: 81 }, { protocol: "UDP", port: 80 }] }],
  [{ cidr: "192.168.0.0/24" }, { cidr: "fd00::/16" }],
);

const options: fc.Arbitrary<GeneratorOptions> = fc.record({
  ingress: mode,
  egress: mode,
  directions: fc.constantFrom<("ingress" | "egress")[]>(
    ["ingress", "egress"],
    ["ingress", "egress"],
    ["ingress"],
    ["egress"],
  ),
  ingressCidrs: cidrs,
  egressCidrs: cidrs,
  external: fc.record({
    mode: fc.constantFrom("single" as const, "aggregate" as const),
    leastAddresses: fc.constant(2),
  }),
  includeUnnamedExternal: fc.constant(true),
  addresses: fc.constant([{ id: "unresolved/10.0.9.9", allowed: true }]),
  maxPorts: fc.constantFrom(1, 2, 20),
});

export const world: fc.Arbitrary<World> = randomCluster.chain((random) =>
  fc.tuple(edgesIn(random), options).map(([edges, asked]) => worldOf(random, edges, asked)),
);

function worldOf({ cluster, workloads }: RandomCluster, edges: readonly Edge[], asked: GeneratorOptions): World {
  const { selector } = workloads.find(({ path }) => path === SUBJECT)!;
  const { policy, learned } = draftPolicy(profile(SUBJECT, edges, { selector }), lookAround(cluster, settings(asked)));
  if (policy === null) throw new Error("every profile has edges and labels, and so a policy");
  const { metadata, spec } = policy;
  const directions = (["ingress", "egress"] as const).filter((direction) => spec[direction] !== undefined);
  const head = { ...metadata, podSelector: spec.podSelector, directions };
  const pods = cluster.pods().map(podEnd);
  return {
    said: { head, rules: learned.rules, policy },
    namespaceLabels: (namespace) => cluster.namespaceLabels(namespace),
    pods,
    resolver: resolverAmong(pods, edges),
    ports: portsAround(edges),
  };
}

/** Port 53 outside is the resolver's only where nobody near is asked. */
function resolverAmong(pods: readonly PodEnd[], edges: readonly Edge[]): PodEnd | AddressEnd | undefined {
  const all = edges.filter(
    ({ direction, protocol, port }) => direction === "egress" && protocol === "UDP" && port === 53,
  );
  const asked = all.find(({ peer }) => peer.type === "workload" || peer.type === "host") ?? all[0];
  if (asked === undefined) return undefined;
  const { peer } = asked;
  if (peer.type !== "workload")
    return { kind: "address", ip: peer.ip, node: peer.type === "host" ? peer.name : undefined };
  return pods.find(({ namespace, name }) => `${namespace}/${name}`.startsWith(`${peer.namespace}/${peer.name}-`));
}

const NODES = [
  ["192.168.0.10", "n0"],
  ["192.168.0.11", "n1"],
  ["192.168.0.12", "n2"],
] as const;
const OUTSIDE = [
  "203.0.113.9",
  "203.0.113.10",
  "203.0.113.12",
  "203.0.113.14",
  "203.0.113.77",
  "203.0.113.200",
  "198.51.100.1",
  "2001:db8::1",
  "2001:db8::2",
  "2001:db8::3",
  "10.0.9.9",
  API_SERVER,
  LINK_LOCAL,
];
const STRANGER: readonly AddressEnd[] = [{ kind: "address", ip: "8.8.8.8", node: undefined }];
const ADDRESSES: readonly AddressEnd[] = [
  ...NODES.map(([ip, name]): AddressEnd => ({ kind: "address", ip, node: name })),
  ...OUTSIDE.map((ip): AddressEnd => ({ kind: "address", ip, node: undefined })),
  ...STRANGER,
];

/** The subject's pods ask all of everybody and are asked by all; other pods, which no policy selects, a little. */
export function* groundsOf({ pods, ports }: Pick<World, "pods" | "ports">): Generator<Ground> {
  for (const subject of pods.filter(({ hostNetwork }) => !hostNetwork)) {
    const isSubject = `${subject.namespace}/${subject.name}`.startsWith(`${SUBJECT}-`);
    for (const other of isSubject ? [...pods, ...ADDRESSES] : STRANGER)
      for (const direction of ["ingress", "egress"] as const)
        // Of itself a pod is never asked, and what comes from the node by a link-local address is let in everywhere.
        if (other !== subject && !(direction === "ingress" && isLinkLocal(other)))
          for (const port of isSubject ? ports : ports.slice(0, 1)) yield { direction, subject, other, ...port };
  }
}

function isLinkLocal(end: PodEnd | AddressEnd): boolean {
  return end.kind === "address" && end.ip === LINK_LOCAL;
}

/** Ports that were seen, some beside them, and the same numbers under another protocol. */
function portsAround(edges: readonly Edge[]): readonly Pick<Ground, "port" | "protocol">[] {
  const seen = edges.slice(0, 4).map(({ port, protocol }) => ({ port, protocol }));
  const near = [
    { port: 82, protocol: "TCP" as const },
    { port: 53, protocol: "TCP" as const },
    { port: 80, protocol: "UDP" as const },
    { port: 4242, protocol: "SCTP" as const },
  ];
  return [...new Map([...seen, ...near].map((port) => [`${port.protocol}/${port.port}`, port])).values()];
}
