import * as fc from "fast-check";
import t from "tap";
import type { ClusterState } from "../../src/cluster/cluster-state.ts";
import { matchesSelector } from "../../src/cluster/workload/match-selector.ts";
import { type Edge, edgeKey, type Peer } from "../../src/profile/edge.ts";
import { type End, podEnd } from "../../src/policy/evaluate/end.ts";
import { generatePolicy } from "../../src/policy/generate.ts";
import type { NetworkPolicy } from "../../src/policy/network-policy.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import { toYaml } from "../../src/policy/yaml.ts";
import { type SlowPolicy, slowlyAllowed } from "./slow-evaluator.ts";
import { clusterOf, COREDNS, deployment, edge, external, host, profile, settings, workload } from "./world.ts";

/** Selectors that hold one another, namesakes in two namespaces, and pods whose labels say more than their selector. */
const CLUSTER = clusterOf(
  [
    COREDNS,
    deployment("shop/javaapp", { ips: ["10.0.1.1", "10.0.1.2"] }),
    deployment("shop/wide", { labels: { app: "x" }, ips: ["10.0.1.3"] }),
    deployment("shop/narrow", { labels: { app: "x", tier: "y" }, ips: ["10.0.1.4"] }),
    deployment("shop/db", { ips: ["10.0.1.5"] }),
    deployment("bank/db", { ips: ["10.0.2.5"] }),
  ].join(""),
);
const WORKLOADS = ["shop/javaapp", "shop/wide", "shop/narrow", "shop/db", "bank/db", "kube-system/coredns"];

const peer: fc.Arbitrary<Peer> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORKLOADS).map((path) => workload(path)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(host("192.168.0.10", "n0"), host("192.168.0.11", "n1"), host("169.254.20.10")),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      external("203.0.113.9", "a.example"),
      external("203.0.113.10", "b.example"),
      external("2001:db8::1", "a.example"),
      external("198.51.100.1"),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Peer>({ type: "unresolved", ip: "10.0.9.9", reason: "gone" }) },
);

const anEdge: fc.Arbitrary<Edge> = fc
  .record({
    direction: fc.constantFrom("ingress" as const, "egress" as const),
    peer,
    port: fc.constantFrom("TCP/80", "TCP/81", "TCP/82", "TCP/443", "UDP/53", "TCP/53", "SCTP/99", "TCP/0", "TCP/389"),
    connections: fc.constantFrom(1, 5),
    nodes: fc.constantFrom(["n0"], ["n0", "n1"]),
  })
  .map(({ direction, peer: other, port, connections, nodes }) => edge(direction, other, port, { connections, nodes }));

const edges = fc.uniqueArray(anEdge, { selector: edgeKey, minLength: 1, maxLength: 12 });

const mode = fc.constantFrom(
  "learned" as const,
  "learned" as const,
  "allow-all" as const,
  "allow-namespace" as const,
  "deny-all" as const,
);
const options: fc.Arbitrary<GeneratorOptions> = fc.record({
  ingress: mode,
  egress: mode,
  directions: fc.constantFrom<("ingress" | "egress")[]>(["ingress", "egress"], ["ingress"], ["egress"]),
  egressCidrs: fc.constantFrom(
    [],
    [{ cidr: "203.0.113.0/24" }],
    // None that holds pods: whether an ipBlock takes pods differs from one network plugin to the next, so that a
    // rule for pods is kept beside it.
    [{ cidr: "198.51.0.0/16", ports: [{ port: 80, endPort: 81 }] }],
  ),
  external: fc.record({ mode: fc.constantFrom("single" as const, "aggregate" as const, "none" as const) }),
  includeUnnamedExternal: fc.boolean(),
  includeSuspicious: fc.boolean(),
  leastConnections: fc.constantFrom(1, 2),
  maxPorts: fc.constantFrom(1, 2, 20),
});

function generated(given: readonly Edge[], asked: GeneratorOptions) {
  return generatePolicy(profile("shop/javaapp", given), CLUSTER, settings(asked));
}

function pods(cluster: ClusterState, path: string): readonly End[] {
  return cluster
    .pods()
    .filter(({ metadata }) => `${metadata.namespace}/${metadata.name}`.startsWith(`${path}-`))
    .map(podEnd);
}

/** Whether the slow evaluator lets an edge through between every pod of both sides. */
function passes(policies: readonly SlowPolicy[], one: Edge): boolean {
  const isHost = one.peer.type === "host" && one.direction === "ingress";
  const all = pods(CLUSTER, "shop/javaapp");
  const own = isHost ? all.filter(({ node }) => node !== undefined && one.nodes.includes(node)) : all;
  const others: readonly End[] =
    one.peer.type === "workload"
      ? pods(CLUSTER, `${one.peer.namespace}/${one.peer.name}`)
      : [{ kind: "address", ip: one.peer.ip, node: one.peer.type === "host" ? one.peer.name : undefined }];
  const { port, protocol } = one;
  return own.every((end) =>
    others.every((other) => {
      const [from, to] = one.direction === "egress" ? [end, other] : [other, end];
      return slowlyAllowed(policies, (name) => CLUSTER.namespaceLabels(name), { from, to, port, protocol });
    }),
  );
}

await t.test("every observed edge is passed or left out with a reason, and what is passed passes", async () => {
  fc.assert(
    fc.property(edges, options, (given, asked) => {
      const { policy, review } = generated(given, asked);
      const passed = review.passed.map(({ edge: { id } }) => id);
      const leftOut = review.leftOut.map(({ edge: { id } }) => id);
      const all = [...passed, ...leftOut].sort();
      const policies = policy === null ? [] : [policy];
      return (
        JSON.stringify(all) === JSON.stringify(given.map(edgeKey).sort()) &&
        review.leftOut.every(({ reason }) => reason.length > 0) &&
        given.filter((one) => passed.includes(edgeKey(one))).every((one) => passes(policies, one)) &&
        review.leftOut.every(({ code }) => code !== "refused")
      );
    }),
    { numRuns: 400 },
  );
});

await t.test("no rule that was learned can be dropped", async () => {
  fc.assert(
    fc.property(edges, options, (given, asked) => {
      const { policy, review } = generated(given, asked);
      if (policy === null) return true;
      return review.rules.every(({ name, origin, needed }) => {
        if (origin !== "learned") return true;
        const [, direction, index] = /: (ingress|egress)\[(\d+)\]$/.exec(name) as unknown as [
          string,
          "ingress" | "egress",
          string,
        ];
        const less = withoutRule(policy, direction, Number(index));
        const passed = new Set(review.passed.map(({ edge: { id } }) => id));
        const isMissed = given.some((one) => passed.has(edgeKey(one)) && !passes([less], one));
        return needed && isMissed;
      });
    }),
    { numRuns: 400 },
  );
});

function withoutRule(policy: NetworkPolicy, direction: "ingress" | "egress", index: number): NetworkPolicy {
  const rules = (policy.spec[direction] as object[]).toSpliced(index, 1);
  return { ...policy, spec: { ...policy.spec, [direction]: rules } };
}

await t.test("what was not observed and no option asks for is refused", async () => {
  fc.assert(
    fc.property(edges, anEdge, (given, other) => {
      const { policy } = generated(given, {});
      const isImplied = given.some((seen) => implies(seen, other)) || isOwnNode(other);
      return policy === null || isImplied || other.port === 0 || !passes([policy], other);
    }),
    { numRuns: 1000 },
  );
});

/** The same peer and port; a peer whose selector takes the other's pods; of DNS any protocol; of itself either end. */
function implies(seen: Edge, other: Edge): boolean {
  const isSamePort = seen.port === other.port && (seen.protocol === other.protocol || seen.port === 53);
  const isSameWay = seen.direction === other.direction || isSelf(seen);
  return isSameWay && isSamePort && isSamePeer(seen.peer, other.peer);
}

function isSelf({ peer: other }: Edge): boolean {
  return other.type === "workload" && other.name === "javaapp";
}

function isSamePeer(seen: Peer, other: Peer): boolean {
  if (seen.type !== "workload" || other.type !== "workload")
    return seen.type !== "workload" && other.type !== "workload" && seen.ip === other.ip;
  const selector = CLUSTER.workload(seen)?.selector ?? {};
  const [pod] = CLUSTER.podsOf(other);
  return seen.namespace === other.namespace && matchesSelector(selector, pod?.metadata.labels ?? {});
}

function isOwnNode({ direction, peer: other }: Edge): boolean {
  return direction === "ingress" && other.type === "host";
}

await t.test("the same profile gives the same bytes, in whatever order its edges come", async () => {
  const shuffled = edges.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  fc.assert(
    fc.property(shuffled, options, ([given, again], asked) => {
      const [one, other] = [generated(given, asked), generated(again, asked)];
      return toYaml([one]) === toYaml([other]) && JSON.stringify(one.review) === JSON.stringify(other.review);
    }),
    { numRuns: 300 },
  );
});

await t.test("what one generation gives back to the cluster leaves nothing to change in the next", async () => {
  fc.assert(
    fc.property(edges, options, (given, asked) => {
      const { policy } = generated(given, asked);
      if (policy === null) return true;
      const applied = appliedTo(CLUSTER, policy);
      const again = generatePolicy(profile("shop/javaapp", given), applied, settings(asked));
      return again.review.replaces?.isByWeir === true && again.review.replaces.changes.length === 0;
    }),
    { numRuns: 100 },
  );
});

/** The cluster with that policy in it; everything else is asked of the cluster itself. */
function appliedTo(cluster: ClusterState, { metadata, spec }: NetworkPolicy): ClusterState {
  const object = {
    type: "NetworkPolicy" as const,
    metadata: { ...metadata, uid: undefined, owner: undefined, creationUs: undefined, deletionUs: undefined },
    spec,
  };
  return new Proxy(cluster, {
    get: (target, property) => {
      if (property === "networkPolicies") return () => [object];
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
