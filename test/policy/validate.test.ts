import { parse } from "yaml";
import t from "tap";
import { validateNetworkPolicy } from "../../src/policy/evaluate/validate.ts";

function faults(spec: string): readonly string[] {
  const metadata = { name: "p", namespace: "shop" };
  const policy = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec: parse(spec) as unknown };
  return validateNetworkPolicy(policy).map(({ path, message }) => `${path}: ${message}`);
}

await t.test("a policy that uses everything is valid", async (t) => {
  t.strictSame(
    faults(`
      podSelector: {matchLabels: {a: b, example.com/c: ""}, matchExpressions: [{key: d, operator: Exists}]}
      policyTypes: [Ingress, Egress]
      ingress:
        - {}
        - from: [{podSelector: {}}, {namespaceSelector: {}, podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}}]
          ports: [{port: http}, {port: 1, endPort: 65535, protocol: SCTP}, {protocol: UDP}]
      egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: "2001:db8::/32"}}]}]`),
    [],
  );
});

await t.test("every fault is told at once, with the path of its field", async (t) => {
  t.strictSame(
    faults(`
      podSelector: {matchExpressions: [{key: d, operator: Exists, values: [x]}, {key: e, operator: In}, {key: f, operator: Is}]}
      policyTypes: [Ingress, ingress]
      ingress:
        - from: [{}, {podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}, {podSelector: {matchLabels: {"-a": "b c"}}}]
        - ports: [{port: 0}, {port: 70000}, {port: not_a_name}, {port: 80, endPort: 79}, {endPort: 1}, {port: x, endPort: 1}, {protocol: tcp}]
      egress:
        - to: [{ipBlock: {cidr: 10.0.0.0}}, {ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8, 10.0.0.0/8, x]}}]
        - peers: []`),
    [
      "spec.podSelector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      "spec.podSelector.matchExpressions[1].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      'spec.podSelector.matchExpressions[2].operator: Invalid value: "Is": not a valid selector operator',
      "spec.ingress[0].from[0]: Required value: must specify a peer",
      "spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer",
      "spec.ingress[0].from[2].podSelector.matchLabels: Invalid value: \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      "spec.ingress[0].from[2].podSelector.matchLabels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      "spec.ingress[1].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
      "spec.ingress[1].ports[1].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
      'spec.ingress[1].ports[2].port: Invalid value: "not_a_name": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      "spec.ingress[1].ports[3].endPort: Invalid value: 79: must be greater than or equal to `port`",
      "spec.ingress[1].ports[4].endPort: Invalid value: 1: may not be specified when `port` is not specified",
      "spec.ingress[1].ports[5].endPort: Invalid value: 1: may not be specified when `port` is non-numeric",
      'spec.ingress[1].ports[6].protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"',
      'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      'spec.egress[0].to[1].ipBlock.except[0]: Invalid value: "11.0.0.0/8": must be a strict subset of `cidr`',
      'spec.egress[0].to[1].ipBlock.except[1]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
      'spec.egress[0].to[1].ipBlock.except[2]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      "spec.egress[1].peers: unknown field",
      'spec.policyTypes[1]: Unsupported value: "ingress": supported values: "Ingress", "Egress"',
    ],
  );
});

await t.test("what is no NetworkPolicy at all is refused without a crash", async (t) => {
  for (const value of [null, 1, "x", [], {}, { spec: 1 }, { metadata: [], spec: { ingress: {}, podSelector: [] } }])
    t.ok(validateNetworkPolicy(value).length > 0, JSON.stringify(value));
  t.strictSame(
    validateNetworkPolicy({ apiVersion: "v1", kind: "Pod", metadata: { name: "A" }, spec: {} }).map(({ path }) => path),
    ["apiVersion", "kind", "metadata.name"],
  );
});
