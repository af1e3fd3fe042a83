import t from "tap";
import type { EnforcedPod } from "../../demo/enforcer/enforced-pod.ts";
import { readPolicies } from "../../demo/enforcer/network-policy.ts";
import { ruleset } from "../../demo/enforcer/ruleset.ts";

const pods: readonly EnforcedPod[] = [
  pod("shop/app", { addresses: ["10.0.0.5", "fd00::5"], ports: [{ name: "http", protocol: "TCP", port: 8080 }] }),
  pod("shop/web", { addresses: ["10.0.0.6"] }),
  pod("data/db", { addresses: ["10.0.0.7"], ports: [{ name: "http", protocol: "TCP", port: 80 }] }),
];

function pod(path: string, more: Partial<EnforcedPod>): EnforcedPod {
  const [namespace = "", name = ""] = path.split("/");
  const namespaceLabels = { "kubernetes.io/metadata.name": namespace };
  return {
    name,
    namespace,
    namespaceLabels,
    labels: { app: name },
    addresses: [],
    ports: [],
    interface: name,
    ...more,
  };
}

/** The lines of one chain, comments left out; undefined where there is no such chain. */
function chainOf(spec: string, chain: string): readonly string[] | undefined {
  const text = ruleset(readPolicies(policy(spec)), pods);
  const found = new RegExp(`chain ${chain} \\{\\n(?<lines>[^}]*?)\\n  \\}\\n`, "u").exec(
    text.replaceAll(/\{ ([^}]*) \}/gu, "[$1]"),
  );
  return found?.groups?.["lines"]
    ?.split("\n")
    .map((line) => line.trim())
    .filter((line) => !line.startsWith("#"));
}

function policy(spec: string): string {
  return `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: ${spec}}`;
}

/** What a policy for app makes of egress to one peer, and of a list of ports. */
function egress(to: string): readonly string[] | undefined {
  return chainOf(`{podSelector: {matchLabels: {app: app}}, egress: [{to: [${to}], ports: [{port: 1}]}]}`, "egress-app");
}

function ports(direction: "ingress" | "egress", list: string): readonly string[] | undefined {
  return chainOf(`{podSelector: {matchLabels: {app: app}}, ${direction}: [{ports: [${list}]}]}`, `${direction}-app`);
}

await t.test("only the directions that a policy isolates, and only its own pods, are judged", async (t) => {
  const spec = "{podSelector: {matchLabels: {app: app}}, policyTypes: [Egress]}";
  t.strictSame(chainOf(spec, "egress-app"), ["counter drop"]);
  for (const other of ["ingress-app", "egress-web", "egress-db"]) t.equal(chainOf(spec, other), undefined, other);
});

await t.test("without policyTypes ingress is isolated, and egress where there is a rule for it", async (t) => {
  t.strictSame(chainOf("{podSelector: {}}", "ingress-app"), ["counter drop"]);
  t.equal(chainOf("{podSelector: {}}", "egress-app"), undefined);
  t.strictSame(chainOf("{podSelector: {}, egress: [{}]}", "egress-app"), ["return", "counter drop"]);
  t.equal(chainOf("{podSelector: {}}", "ingress-db"), undefined, "another namespace");
});

await t.test("peers are pods by their addresses, and blocks with exceptions", async (t) => {
  const drop = "counter drop";
  t.strictSame(egress("{podSelector: {}}"), [
    "ip daddr [10.0.0.5, 10.0.0.6] tcp dport 1 return",
    "ip6 daddr [fd00::5] tcp dport 1 return",
    drop,
  ]);
  t.strictSame(egress("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}}"), [
    "ip daddr [10.0.0.7] tcp dport 1 return",
    drop,
  ]);
  t.strictSame(
    egress(
      "{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [app, db]}]}}",
    ),
    ["ip daddr [10.0.0.6] tcp dport 1 return", drop],
  );
  t.strictSame(egress("{podSelector: {matchLabels: {app: db}}}"), [drop], "nobody is no rule");
  t.strictSame(egress("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.1.2.0/24]}}, {ipBlock: {cidr: '::/0'}}"), [
    "ip daddr 10.0.0.0/8 ip daddr != 10.1.0.0/16 ip daddr != 10.1.2.0/24 tcp dport 1 return",
    "ip6 daddr ::/0 tcp dport 1 return",
    drop,
  ]);
});

await t.test("ports are one, a range, a whole protocol, or what the server calls so", async (t) => {
  t.strictSame(ports("ingress", "{port: 1}, {port: 5, endPort: 7, protocol: UDP}, {protocol: SCTP}"), [
    "tcp dport 1 return",
    "udp dport 5-7 return",
    "meta l4proto sctp return",
    "counter drop",
  ]);
  t.strictSame(ports("ingress", "{port: http}"), [
    "ip daddr [10.0.0.5] tcp dport 8080 return",
    "ip6 daddr [fd00::5] tcp dport 8080 return",
    "counter drop",
  ]);
  t.strictSame(ports("egress", "{port: http}"), [
    "ip daddr [10.0.0.5] tcp dport 8080 return",
    "ip6 daddr [fd00::5] tcp dport 8080 return",
    "ip daddr [10.0.0.7] tcp dport 80 return",
    "counter drop",
  ]);
});

await t.test(
  "policies are read from Lists and streams; other kinds are passed over, broken YAML is refused",
  async (t) => {
    const one = policy("{podSelector: {}}");
    const text = `---\n# only a comment\n---\n${one}\n---\nkind: Service\n---\n{kind: List, items: [${one}]}\n`;
    t.equal(readPolicies(text).length, 2);
    t.throws(() => readPolicies("a: [\n"));
  },
);
