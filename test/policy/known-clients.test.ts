import t from "tap";
import { generatePolicy } from "../../src/policy/generate.ts";
import { clusterOf, deployment, edge, external, profile, settings, workload } from "./world.ts";

const cluster = clusterOf(
  [deployment("shop/javaapp", { ips: ["10.0.1.1"] }), deployment("shop/web", { ips: ["10.0.1.3"] })].join(""),
);

await t.test(
  "ingress from known clients carries from and ports: ports alone would open the pod to everybody",
  async (t) => {
    const edges = [
      edge("ingress", workload("shop/web"), "TCP/8080"),
      edge("ingress", external("203.0.113.7"), "TCP/8443"),
      edge("ingress", workload("shop/web"), "SCTP/38412"),
    ];
    for (const mode of ["single", "aggregate"] as const) {
      const { policy } = generatePolicy(profile("shop/javaapp", edges), cluster, settings({ external: { mode } }));
      const rules = policy?.spec.ingress ?? [];
      t.ok(rules.length > 0);
      for (const { from = [], ports = [] } of rules) {
        t.ok(from.length > 0, "no rule without clients");
        t.ok(ports.length > 0, "and none without ports");
        for (const peer of from) t.ok(Object.keys(peer).length > 0, "nor a client that is everybody");
      }
      t.strictSame(rules.find(({ ports }) => ports?.some(({ port }) => port === 8080))?.from, [
        { podSelector: { matchLabels: { app: "web" } } },
      ]);
    }
  },
);
