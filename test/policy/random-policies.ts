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

const key = fc.constantFrom("app", "tier", "env", "team");
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
  matchLabels: optional(fc.dictionary(key, value, { maxKeys: 1 })),
  matchExpressions: optional(fc.array(requirement, { maxLength: 1 })),
});

const namespaceSelector: fc.Arbitrary<LabelSelector> = fc.oneof(
  selector,
  fc.constantFrom(...Object.keys(NAMESPACES)).map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
);

const block = fc.constantFrom(
  { cidr: "10.0.0.0/8" },
  { cidr: "10.0.0.0/29", except: ["10.0.0.4/31"] },
  { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "192.0.2.1/32"] },
  { cidr: "0.0.0.0/0" },
  { cidr: "fd00::/64", except: ["fd00::2/127", "fd00::8/125"] },
  { cidr: "::/0" },
  { cidr: "fd00:0:0:1::/63" },
  { cidr: "192.0.2.1/32" },
);

const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector: selector, namespaceSelector }),
  fc.record({ ipBlock: block }),
);

const protocol = fc.constantFrom("TCP" as const, "UDP" as const, "SCTP" as const);
const number = fc.constantFrom(53, 80, 81, 443, 8080);

const port: fc.Arbitrary<NetworkPolicyPort> = fc.oneof(
  object<NetworkPolicyPort>({ protocol: optional(protocol) }),
  object<NetworkPolicyPort>({ protocol: optional(protocol), port: number }),
  object<NetworkPolicyPort>({ protocol: optional(protocol), port: fc.constantFrom("web", "dns") }),
  object<NetworkPolicyPort>({
    protocol: optional(protocol),
    port: fc.constantFrom(1, 53, 80),
    endPort: fc.constantFrom(80, 443, 65535),
  }),
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

const address4 = fc.constantFrom("10.0.0.1", "10.0.0.4", "10.0.0.5", "10.9.9.9", "192.0.2.1", "198.51.100.7");
const address6 = fc.constantFrom("fd00::1", "fd00::2", "fd00::9", "fd00:0:0:1::1", "2001:db8::1");
const ips = fc.oneof(
  address4.map((ip) => [ip]),
  address6.map((ip) => [ip]),
  fc.tuple(address4, address6),
  fc.tuple(address6, address4),
  fc.constant([]),
);
const node = fc.constantFrom("n1", "n2", undefined);

const containerPort = fc.record({ name: fc.constantFrom("web", "dns", undefined), containerPort: number, protocol });

export const end: fc.Arbitrary<End> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("pod" as const),
      namespace: fc.constantFrom(...Object.keys(NAMESPACES)),
      name: fc.constantFrom("one", "two", "three"),
      labels: fc.dictionary(key, value, { maxKeys: 3 }),
      ips,
      node,
      hostNetwork: fc.constantFrom(false, false, false, true),
      ports: fc.array(containerPort, { maxLength: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("address" as const), ip: fc.oneof(address4, address6), node }),
  },
);

export const question: fc.Arbitrary<SlowQuestion> = fc.record({ from: end, to: end, port: number, protocol });
