import t from "tap";
import { generatePolicy } from "../../src/policy/generate.ts";
import type { Edge } from "../../src/profile/edge.ts";
import { clusterOf, COREDNS, deployment, DNS, documents, edge, profile, service, settings, workload } from "./world.ts";

const CACHE = documents({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { namespace: "kube-system", name: "node-local-dns" },
  spec: { selector: { matchLabels: { "k8s-app": "node-local-dns" } }, template: { metadata: {} } },
});
const KUBE_DNS = service("kube-system/kube-dns", {
  clusterIP: "10.96.0.10",
  clusterIPs: ["10.96.0.10", "fd00:96::a"],
  selector: { "k8s-app": "kube-dns" },
  ports: [
    { name: "dns", protocol: "UDP", port: 53 },
    { name: "dns-tcp", protocol: "TCP", port: 53 },
  ],
});

function blocks(extra: string, edges: readonly Edge[] = [DNS]): readonly string[] {
  const cluster = clusterOf(COREDNS + KUBE_DNS + deployment("shop/javaapp") + deployment("shop/db") + extra);
  const { rules } = generatePolicy(profile("shop/javaapp", edges), cluster, settings());
  return rules.flatMap(({ peers, ports }) =>
    peers.flatMap((peer) =>
      peer.kind === "block" ? ports.map(({ protocol, port }) => `${peer.cidr} ${protocol} ${port}`) : [],
    ),
  );
}

await t.test("where the node's cache answers at the DNS Service's address, that passes beside its pods", async (t) => {
  t.strictSame(blocks(""), []);
  t.strictSame(blocks(CACHE), [
    "10.96.0.10/32 TCP 53",
    "10.96.0.10/32 UDP 53",
    "fd00:96::a/128 TCP 53",
    "fd00:96::a/128 UDP 53",
  ]);
});

await t.test("other Services have no such address", async (t) => {
  const db = service("shop/db", { clusterIP: "10.96.0.11", selector: { app: "db" }, ports: [{ port: 5432 }] });
  t.strictSame(blocks(CACHE + db, [edge("egress", workload("shop/db"), "TCP/5432")]), []);
});
