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

function plugins(extra: string, options: GeneratorOptions = {}): readonly string[] {
  const cluster = clusterOf(
    COREDNS + deployment("shop/javaapp") + deployment("shop/db", { ips: ["10.0.1.2"] }) + extra,
  );
  const { warnings } = generatePolicy(profile("shop/javaapp", EDGES), cluster, settings(options)).review;
  return warnings.filter(({ code }) => code.startsWith("plugin-")).map(({ code, message }) => `${code}: ${message}`);
}

function db(port: number): string {
  return service("shop/db", { selector: { app: "db" }, ports: [{ port, targetPort: 5432 }] });
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
  t.match(plugins(daemonSet("aws-node") + db(80)), [/^plugin-aws: .*\(shop\/db 80, not 5432\)$/u]);
  t.strictSame(plugins(daemonSet("aws-node") + db(5432)), []);
});

await t.test("in an ambient mesh its tunnel is pointed at, unless everything passes anyway", async (t) => {
  const labels = { "istio.io/dataplane-mode": "ambient" };
  const mesh = documents({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } });
  t.match(plugins(mesh), [/15008, which must pass in 2 directions \(ingress, egress\)$/u]);
  t.strictSame(plugins(mesh, { ingress: "allow-all", egress: "allow-all" }), []);
});
