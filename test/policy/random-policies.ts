import * as fc from "fast-check";
import type {
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "../../src/cluster/objects.ts";
import type { LabelSelector, LabelSelectorRequirement } from "../../src/cluster/workload.ts";
import type { End } from "../../src/policy/evaluate/end.ts";
import type { SlowPolicy, SlowQuestion } from "./slow-evaluator.ts";

/** Few names and numbers, so that random policies and random questions meet often. */
export const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shop: { "kubernetes.io/metadata.name": "shop", team: "a" },
  bank: { "kubernetes.io/metadata.name": "bank", team: "b", env: "x" },
  bare: { "kubernetes.io/metadata.name": "bare" },
};

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Leaves out what is undefined, as JSON would. */
function object<T extends object>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key] | undefined> }): fc.Arbitrary<T> {
  return fc
    .record(fields as { [Key in keyof T]: fc.Arbitrary<T[Key]> })
    .map((value) => Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T);
}

/** `constructor` is a key that every object has by its prototype, and few pods by their labels. */
const key = fc.constantFrom("app", "tier", "env", "team", "constructor");
const value = fc.constantFrom("a", "b", "x");

const requirement: fc.Arbitrary<LabelSelectorRequirement> = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom("In" as const, "NotIn" as const),
    values: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key, operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const) }),
);

const selector: fc.Arbitrary<LabelSelector> = object<LabelSelector>({
  matchLabels: optional(fc.dictionary(key, value, { maxKeys: 2 })),
  matchExpressions: optional(fc.array(requirement, { maxLength: 2 })),
});

const namespaceSelector: fc.Arbitrary<LabelSelector> = fc.oneof(
  selector,
  fc.constantFrom(...Object.keys(NAMESPACES)).map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
);

const block = fc.constantFrom(
  { cidr: "10.0.0.0/8" },
  { cidr: "10.0.0.0/29", except: ["10.0.0.4/31"] },
  { cidr: "10.0.0.3/29", except: ["10.0.0.6/31", "10.0.0.5/32"] },
  { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "192.0.2.1/32"] },
  { cidr: "0.0.0.0/0" },
  { cidr: "fd00::/64", except: ["fd00::2/127", "fd00::8/125"] },
  { cidr: "::/0" },
  { cidr: "fd00:0:0:1::/63" },
  { cidr: "192.0.2.1/32" },
  { cidr: "fd00::1/128" },
  { cidr: "fd00::/96" },
  { cidr: "fd00::1:0:0/95", except: ["fd00::1:0:1/128"] },
  { cidr: "192.0.2.0/30" },
);

const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ podSelector: selector }) },
  { weight: 1, arbitrary: fc.record({ namespaceSelector }) },
  { weight: 1, arbitrary: fc.record({ podSelector: selector, namespaceSelector }) },
  { weight: 2, arbitrary: fc.record({ ipBlock: block }) },
);

const protocol = fc.constantFrom("TCP" as const, "TCP" as const, "UDP" as const, "SCTP" as const);
const number = fc.constantFrom(53, 80, 80, 81, 443, 8080);

const port: fc.Arbitrary<NetworkPolicyPort> = fc.oneof(
  { weight: 1, arbitrary: object<NetworkPolicyPort>({ protocol: optional(protocol) }) },
  { weight: 1, arbitrary: object<NetworkPolicyPort>({ protocol: optional(protocol), port: number }) },
  {
    weight: 2,
    arbitrary: object<NetworkPolicyPort>({ protocol: optional(protocol), port: fc.constantFrom("web", "dns") }),
  },
  {
    weight: 1,
    arbitrary: object<NetworkPolicyPort>({
      protocol: optional(protocol),
      port: fc.constantFrom(1, 53, 80),
      endPort: fc.constantFrom(80, 443, 65535),
    }),
  },
);

const ports = optional(fc.array(port, { maxLength: 2 }));
const peers = optional(fc.array(peer, { maxLength: 2 }));

const ingressRule: fc.Arbitrary<NetworkPolicyIngressRule> = object<NetworkPolicyIngressRule>({ from: peers, ports });
const egressRule: fc.Arbitrary<NetworkPolicyEgressRule> = object<NetworkPolicyEgressRule>({ to: peers, ports });

const spec: fc.Arbitrary<NetworkPolicySpec> = object<NetworkPolicySpec>({
  podSelector: selector,
  policyTypes: optional(fc.uniqueArray(fc.constantFrom("Ingress" as const, "Egress" as const), { maxLength: 2 })),
  ingress: optional(fc.array(ingressRule, { maxLength: 2 })),
  egress: optional(fc.array(egressRule, { maxLength: 2 })),
});

export const policy: fc.Arbitrary<SlowPolicy> = fc.record({
  metadata: fc.record({ namespace: fc.constantFrom(...Object.keys(NAMESPACES)), name: fc.constantFrom("p", "q", "r") }),
  spec,
});

const address4 = fc.constantFrom(
  "10.0.0.1",
  "10.0.0.4",
  "10.0.0.5",
  "10.9.9.9",
  "192.0.2.1",
  "192.0.2.3",
  "198.51.100.7",
);
/** Some that differ from `fd00::1` in one of its four 32-bit words alone. */
const address6 = fc.constantFrom(
  "fd00::1",
  "fd00::2",
  "fd00::9",
  "fd01::1",
  "fd00:0:0:1::1",
  "fd00::1:0:1",
  "2001:db8::1",
);
const ips = fc.oneof(
  { weight: 1, arbitrary: address4.map((ip) => [ip]) },
  { weight: 1, arbitrary: address6.map((ip) => [ip]) },
  { weight: 2, arbitrary: fc.tuple(address4, address6) },
  { weight: 2, arbitrary: fc.tuple(address6, address4) },
  { weight: 1, arbitrary: fc.constant([]) },
);
const node = fc.constantFrom("n1", "n2", undefined);

const containerPort = fc.record({ name: fc.constantFrom("web", "dns", undefined), containerPort: number, protocol });

/** Often the same few, so that pods are alike and nearly alike. */
const labels: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 2, arbitrary: fc.dictionary(key, value, { maxKeys: 3 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Record<string, string>>({ app: "a" }, { app: "b" }, { app: "a", tier: "b" }),
  },
);

export const end: fc.Arbitrary<End> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("pod" as const),
      namespace: fc.constantFrom(...Object.keys(NAMESPACES)),
      name: fc.constantFrom("one", "two", "three"),
      labels,
      ips,
      node,
      hostNetwork: fc.constantFrom(false, false, true),
      ports: fc.array(containerPort, { maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("address" as const), ip: fc.oneof(address4, address6), node }),
  },
);

export const question: fc.Arbitrary<SlowQuestion> = fc.record({ from: end, to: end, port: number, protocol });

/** Policies, and who asks whom of them on which ports: every end every other one. */
export interface World {
  readonly policies: readonly SlowPolicy[];
  readonly ends: readonly End[];
  readonly ports: readonly Pick<SlowQuestion, "port" | "protocol">[];
}

export const world: fc.Arbitrary<World> = fc.record({
  policies: fc.array(policy, { maxLength: 5 }),
  ends: fc.array(end, { minLength: 2, maxLength: 5 }),
  ports: fc.array(fc.record({ port: number, protocol }), { minLength: 1, maxLength: 3 }),
});
