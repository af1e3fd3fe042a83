/** Peers that are nodes or the API server: users of other systems lost whole policies over them, or opened them to everybody. */
import t from "tap";
import { generatePolicy } from "../../src/policy/generate.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import type { Edge } from "../../src/profile/edge.ts";
import { clusterOf, COREDNS, deployment, DNS, documents, edge, external, host, profile, settings } from "./world.ts";

const NODE = host("192.168.0.11", "n1");
const UNNAMED_NODE = host("192.168.0.12");
const API_SERVER = external("192.0.2.10", "kubernetes.default.svc");
const CILIUM = documents({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { namespace: "kube-system", name: "cilium" },
  spec: { selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } } } },
});

function generated(edges: readonly Edge[], options: GeneratorOptions = {}, extra = "") {
  const cluster = clusterOf(COREDNS + deployment("shop/hook", { ips: ["10.0.1.1"] }) + extra);
  return generatePolicy(profile("shop/hook", edges), cluster, settings(options));
}

await t.test("a host-network or node peer breaks no policy, in whatever mode, direction and dialect", async (t) => {
  const edges = [NODE, UNNAMED_NODE].flatMap((peer) =>
    (["ingress", "egress"] as const).map((direction) => edge(direction, peer, "TCP/9100")),
  );
  const modes = ["learned", "allow-all", "allow-namespace", "deny-all"] as const;
  for (const dialect of ["kubernetes", "cilium", "calico", "cluster"] as const)
    for (const mode of modes) {
      const { document, policy, review } = generated([...edges, DNS], { dialect, ingress: mode, egress: mode });
      t.ok(document ?? policy, `${dialect}, ${mode}`);
      t.equal(
        review.passed.length + review.leftOut.length,
        edges.length + 1,
        `${dialect}, ${mode}: every edge is told of`,
      );
    }
});

await t.test("the API server as a client comes in by its address and port, never as the internet", async (t) => {
  const { policy, review } = generated([edge("ingress", NODE, "TCP/10250")], { directions: ["ingress"] });
  t.strictSame(policy?.spec.ingress, [
    { from: [{ ipBlock: { cidr: "192.168.0.11/32" } }], ports: [{ protocol: "TCP", port: 10250 }] },
  ]);
  t.equal(review.passed.length, 1);
});

await t.test("under Cilium blocks that stand for nodes or the API server are warned of", async (t) => {
  for (const peer of [NODE, API_SERVER]) {
    const { warnings } = generated([edge("egress", peer, "TCP/6443")], { directions: ["egress"] }, CILIUM).review;
    t.ok(warnings.some(({ code }) => code === "plugin-cilium"));
  }
  const outside = external("203.0.113.9", "api.example.com");
  const { warnings } = generated([edge("egress", outside, "TCP/443")], { directions: ["egress"] }, CILIUM).review;
  t.notOk(warnings.some(({ code }) => code === "plugin-cilium"));
});

await t.test("in Cilium's own dialect nodes and the API server are entities, not blocks", async (t) => {
  const edges = [edge("egress", API_SERVER, "TCP/6443"), edge("egress", NODE, "TCP/9100")];
  const { document } = generated(edges, { directions: ["egress"], dialect: "cilium" });
  const text = JSON.stringify(document);
  t.match(text, /"toEntities":\[[^\]]*"kube-apiserver"/u);
  t.match(text, /"toEntities":\[[^\]]*"remote-node"/u);
  t.notMatch(text, /192\.0\.2\.10|192\.168\.0\.11/u);
});
