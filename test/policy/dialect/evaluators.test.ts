/** The evaluators of the dialects, where they know more than weir writes: examples of the plugins' own documentation. */
import t from "tap";
import type { End, PodEnd } from "../../../src/policy/evaluate/end.ts";
import { calicoAllows } from "./calico-evaluator.ts";
import { selectorHolds } from "./calico-selector-language.ts";
import { type CiliumWorld, ciliumAllows, type CiliumRule } from "./cilium-evaluator.ts";
import { clusterAllows, type ClusterPolicy } from "./cluster-evaluator.ts";
import type { Ground, Labels } from "./ground.ts";

function pod(path: string, labels: Labels, ip = "10.0.0.1"): PodEnd {
  const [namespace = "", name = ""] = path.split("/");
  const ports = [{ name: "web", containerPort: 80, protocol: "TCP" }];
  return { kind: "pod", namespace, name, labels, ips: [ip], node: "n0", hostNetwork: false, ports };
}

const SUBJECT = pod("default/backend", { role: "backend" });

function ground(direction: Ground["direction"], other: End | string, port = "TCP/80"): Ground {
  const [protocol, number] = port.split("/");
  const end: End = typeof other === "string" ? { kind: "address", ip: other, node: undefined } : other;
  return { direction, subject: SUBJECT, other: end, protocol: protocol as "TCP", port: Number(number) };
}

const CILIUM: CiliumWorld = {
  apiServers: ["192.0.2.1"],
  answers: new Map([["my-service.example.com", ["203.0.113.5"]]]),
  linkLocal: "world",
  identities: "default",
};

function cilium(spec: { ingress?: readonly CiliumRule[]; egress?: readonly CiliumRule[] }, asked: Ground): boolean {
  const endpointSelector = { matchLabels: { role: "backend" } };
  return ciliumAllows({ metadata: { namespace: "default" }, spec: { endpointSelector, ...spec } }, asked, CILIUM);
}

await t.test("cilium: a direction is isolated by its rules alone, and an empty one lets nobody through", (t) => {
  const anyone = ground("ingress", "203.0.113.1");
  t.equal(cilium({ egress: [{}] }, anyone), true);
  t.equal(cilium({ ingress: [] }, anyone), true);
  t.equal(cilium({ ingress: [{}] }, anyone), false);
  t.equal(cilium({ ingress: [{}] }, ground("ingress", { kind: "address", ip: "192.168.0.1", node: "n0" })), true);
  t.end();
});

await t.test("cilium: CIDR sets have holes, hold no pods, and rules with ports alone are for everybody", (t) => {
  const egress = [{ toCIDRSet: [{ cidr: "10.0.0.0/8", except: ["10.96.0.0/12"] }] }];
  t.equal(cilium({ egress }, ground("egress", "10.1.2.3")), true);
  t.equal(cilium({ egress }, ground("egress", "10.97.0.1")), false);
  t.equal(cilium({ egress }, ground("egress", pod("default/other", {}, "10.1.2.3"))), false);
  const ports = [{ toPorts: [{ ports: [{ port: "80", protocol: "ANY" }] }] }];
  t.equal(cilium({ egress: ports }, ground("egress", "198.51.100.1", "UDP/80")), true);
  t.equal(cilium({ egress: ports }, ground("egress", "198.51.100.1", "TCP/81")), false);
  t.throws(() => cilium({ egress: [{ toCIDR: ["10.0.0.0/8"], toEntities: ["world"] }] }, ground("egress", "10.1.2.3")));
  t.end();
});

function lookup(matchPattern: string): CiliumRule {
  return {
    toEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "kube-system", "k8s-app": "kube-dns" } }],
    toPorts: [{ ports: [{ port: "53", protocol: "ANY" }], rules: { dns: [{ matchPattern }] } }],
  };
}

await t.test("cilium: a name is what a permitted lookup answered, and patterns stay within a label", (t) => {
  const name = { toFQDNs: [{ matchName: "my-service.example.com" }] };
  const asked = ground("egress", "203.0.113.5");
  t.equal(cilium({ egress: [name] }, asked), false);
  t.equal(cilium({ egress: [name, lookup("*")] }, asked), true);
  t.equal(cilium({ egress: [name, lookup("*.example.com")] }, asked), true);
  t.equal(cilium({ egress: [name, lookup("*.com")] }, asked), false);
  t.equal(cilium({ egress: [{ toFQDNs: [{ matchPattern: "my-*.example.com" }] }, lookup("*")] }, asked), true);
  t.equal(cilium({ egress: [name, lookup("*")] }, ground("egress", "203.0.113.6")), false);
  const resolver = pod("kube-system/coredns", { "k8s-app": "kube-dns" });
  t.equal(cilium({ egress: [lookup("*")] }, ground("egress", resolver, "UDP/53")), true);
  t.equal(
    cilium({ egress: [lookup("*")] }, ground("egress", pod("default/x", { "k8s-app": "kube-dns" }), "UDP/53")),
    false,
  );
  t.end();
});

function toEntity(entity: string, other: End | string): boolean {
  return cilium({ egress: [{ toEntities: [entity] }] }, ground("egress", other));
}

function byLabel(key: string): boolean {
  const egress = [{ toEndpoints: [{ matchLabels: { [key]: "a" } }] }];
  return cilium({ egress }, ground("egress", pod("default/x", { [key]: "a" })));
}

await t.test("cilium: entities are kinds of ends, and labels of Kubernetes' own are no identities", (t) => {
  const near: End = { kind: "address", ip: "192.168.0.1", node: "n0" };
  const far: End = { kind: "address", ip: "192.168.0.2", node: "n1" };
  t.strictSame([toEntity("host", near), toEntity("host", far)], [true, false]);
  t.strictSame([toEntity("remote-node", far), toEntity("world", far)], [true, false]);
  t.strictSame([toEntity("kube-apiserver", "192.0.2.1"), toEntity("world", "8.8.8.8")], [true, true]);
  t.equal(toEntity("cluster", SUBJECT), true);
  t.strictSame([byLabel("app.kubernetes.io/name"), byLabel("k8s-app")], [true, true]);
  t.strictSame([byLabel("kubernetes.io/os"), byLabel("k8s.io/x")], [false, false]);
  t.end();
});

await t.test("calico: the first rule that matches decides, holes are respected, and the rest is denied", (t) => {
  const spec = {
    selector: "role == 'backend'",
    types: ["Egress"],
    egress: [
      { action: "Log" },
      { action: "Deny", protocol: "TCP", destination: { nets: ["10.1.0.0/16"], notNets: ["10.1.2.0/24"] } },
      { action: "Allow", protocol: "TCP", destination: { nets: ["10.0.0.0/8"], ports: [80, "8000:8080"] } },
      {
        action: "Allow",
        protocol: "TCP",
        destination: { selector: "has(db)", namespaceSelector: "team == 'a'", ports: ["web"] },
      },
    ],
  };
  const ask = (other: End | string, port?: string): boolean =>
    calicoAllows({ metadata: { namespace: "default" }, spec }, ground("egress", other, port), (name) => ({
      team: name,
    }));
  t.strictSame(
    [ask("10.1.0.1"), ask("10.1.2.3"), ask("10.2.0.1", "TCP/8080"), ask("10.2.0.1", "TCP/8081")],
    [false, true, true, false],
  );
  t.strictSame([ask(pod("a/x", { db: "" }, "fd00::1")), ask(pod("b/x", { db: "" }, "fd00::1"))], [true, false]);
  t.equal(ask("10.2.0.1", "UDP/80"), false);
  const withoutProtocol = { ...spec, egress: [{ action: "Allow", destination: { ports: [80] } }] };
  const policy = { metadata: { namespace: "default" }, spec: withoutProtocol };
  t.throws(() => calicoAllows(policy, ground("egress", "10.2.0.1"), () => ({})), /does not support ports/u);
  t.end();
});

await t.test("calico: the language of selectors is read as its reference has it", (t) => {
  const labels = { color: "red", "app.kubernetes.io/name": "web" };
  for (const text of [
    "all()",
    "has(color) && !has(size)",
    "color == 'red' || color == 'blue'",
    `color in { "red", 'blue' }`,
    "size not in { 'big' } && size != 'big'",
    "!(color == 'blue' && has(color))",
    "app.kubernetes.io/name starts with 'w' && color contains 'e' && color ends with 'd'",
  ])
    t.equal(selectorHolds(text, labels), true, text);
  for (const text of ["color == 'blue'", "has(size)", "color not in {'red'}", "!all()", "size == ''"])
    t.equal(selectorHolds(text, labels), false, text);
  for (const text of ["color = 'red'", "color == red", "has(color", "color in {}", "all() all()", "color =="])
    t.throws(() => selectorHolds(text, labels), text);
  t.end();
});

function inTier(tier: string, priority: number, action: "Accept" | "Deny" | "Pass"): ClusterPolicy {
  const egress = [{ action, to: [{ networks: ["0.0.0.0/0"] }] }];
  return { spec: { tier, priority, subject: { namespaces: {} }, egress } };
}

function cluster(policies: readonly ClusterPolicy[], networkPolicies?: boolean): boolean {
  return clusterAllows(policies, ground("egress", "8.8.8.8"), { namespaceLabels: () => ({}), networkPolicies });
}

await t.test("cluster: tiers come in their order, priorities within them, and NetworkPolicies decide between", (t) => {
  const denied = inTier("Baseline", 1, "Deny");
  t.strictSame([cluster([]), cluster([], false), cluster([denied])], [true, false, false]);
  t.equal(cluster([denied], true), true, "a NetworkPolicy comes before the baseline");
  t.equal(cluster([inTier("Admin", 1, "Deny")], true), false, "and after the admin's");
  t.equal(cluster([inTier("Admin", 2, "Deny"), inTier("Admin", 1, "Accept")], false), true);
  t.equal(cluster([inTier("Admin", 1, "Pass"), inTier("Admin", 2, "Accept"), denied]), false);
  t.end();
});
