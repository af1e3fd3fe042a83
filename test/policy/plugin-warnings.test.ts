import t from "tap";
import { generatePolicy } from "../../src/policy/generate.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import {
  clusterOf,
  COREDNS,
  deployment,
  DNS,
  documents,
  edge,
  host,
  profile,
  service,
  settings,
  workload,
} from "./world.ts";

const EDGES = [
  DNS,
  edge("egress", workload("shop/db"), "TCP/5432"),
  edge("egress", host("192.168.0.11", "n1"), "TCP/9100"),
];

function daemonSet(name: string): string {
  const labels = { "k8s-app": name };
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels } } };
  return documents({ apiVersion: "apps/v1", kind: "DaemonSet", metadata: { namespace: "kube-system", name }, spec });
}

function plugins(extra: string, options: GeneratorOptions = {}, edges = EDGES): readonly string[] {
  const cluster = clusterOf(
    COREDNS + deployment("shop/javaapp") + deployment("shop/db", { ips: ["10.0.1.2"] }) + extra,
  );
  const { warnings } = generatePolicy(profile("shop/javaapp", edges), cluster, settings(options)).review;
  return warnings.filter(({ code }) => code.startsWith("plugin-")).map(({ code, message }) => `${code}: ${message}`);
}

function db(port: number, more: object = {}): string {
  return service("shop/db", {
    clusterIP: "10.96.0.9",
    selector: { app: "db", ...more },
    ports: [{ port, targetPort: 5432 }],
  });
}

await t.test("nothing is said of plugins where none is seen", async (t) => {
  t.strictSame(plugins(""), []);
});

await t.test("Cilium is known by its DaemonSet, and its own dialect needs no warning", async (t) => {
  t.match(plugins(daemonSet("cilium")), [/^plugin-cilium: .*dialect cilium can$/u]);
  t.strictSame(plugins(daemonSet("cilium"), { dialect: "cilium" }), []);
  t.strictSame(plugins(daemonSet("cilium"), { leaveOut: ["host/192.168.0.11"] }), [], "no block that it misreads");
});

await t.test("Calico is known by its DaemonSet", async (t) => {
  t.match(plugins(daemonSet("calico-node")), [/^plugin-calico: /u]);
});

await t.test("under the AWS VPC CNI a Service whose port is not its pods' is named", async (t) => {
  const aws = daemonSet("aws-node");
  t.match(plugins(aws + db(80)), [/^plugin-aws: .*\(shop\/db 80, not 5432\): includeServicePorts adds them$/u]);
  t.strictSame(plugins(aws + db(5432)), []);
  t.strictSame(plugins(aws + db(80), { includeServicePorts: true }), [], "the option is what it asks for");
  t.strictSame(plugins(aws + db(80), { egress: "deny-all" }), []);
});

await t.test("it takes a rule for a Service only by the Service's own selector", async (t) => {
  const labels = { app: "web", tier: "back" };
  const web = deployment("shop/web", { labels, ips: ["10.0.1.9"] });
  const own = service("shop/web", { clusterIP: "10.96.0.8", selector: { app: "web" }, ports: [{ port: 8080 }] });
  const edges = [...EDGES, edge("egress", workload("shop/web"), "TCP/8080")];
  t.match(plugins(daemonSet("aws-node") + web + own, {}, edges), [/\(shop\/web, by another selector\)/u]);
});

await t.test("in an ambient mesh its tunnel is pointed at, unless everything passes anyway", async (t) => {
  const labels = { "istio.io/dataplane-mode": "ambient" };
  const mesh = documents({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } });
  t.match(plugins(mesh), [/15008, which must pass in 2 directions \(ingress, egress\)$/u]);
  t.strictSame(plugins(mesh, { ingress: "allow-all", egress: "allow-all" }), []);
});
