import t from "tap";
import { generatePolicy } from "../../src/policy/generate.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import { clusterOf, COREDNS, deployment, DNS, edge, profile, service, settings, workload } from "./world.ts";

const LABELS = { app: "web", tier: "back" };
const WEB = deployment("shop/web", {
  labels: LABELS,
  ips: ["10.0.1.2"],
  ports: [{ name: "http", containerPort: 8080 }],
});
const EDGES = [
  DNS,
  edge("egress", workload("shop/web"), "TCP/8080"),
  edge("ingress", workload("shop/web"), "TCP/9000"),
];

function made(spec: object, options: GeneratorOptions = { includeServicePorts: true }, name = "shop/web") {
  const clusterIP = "10.96.0.7";
  const cluster = clusterOf(
    COREDNS + deployment("shop/javaapp", { ips: ["10.0.1.1"] }) + WEB + service(name, { clusterIP, ...spec }),
  );
  return generatePolicy(profile("shop/javaapp", EDGES), cluster, settings(options));
}

function openings(of: ReturnType<typeof made>): readonly string[] {
  return of.review.rules.flatMap(({ origin, openings: own }) => own.map((text) => `${origin}: ${text}`));
}

const LEARNED = [
  "learned: ingress from pods app=web,tier=back of the same namespace on TCP 9000",
  "learned: egress to pods app=web,tier=back of the same namespace on TCP 8080",
  "dns: egress to pods k8s-app=kube-dns of namespace kube-system on TCP 53",
  "dns: egress to pods k8s-app=kube-dns of namespace kube-system on UDP 53",
];
const behind = { selector: LABELS, ports: [{ port: 80, targetPort: "http" }] };

await t.test("a Service's own port is let out to when it is asked for, and not unasked", async (t) => {
  t.strictSame(openings(made(behind, {})), LEARNED);
  t.strictSame(openings(made(behind)), [
    ...LEARNED,
    "option: egress to pods app=web,tier=back of the same namespace on TCP 80",
  ]);
});

await t.test(
  "by the selector of the Service, also where the port is the same; what it covers is not said twice",
  async (t) => {
    const wider = { selector: { app: "web" }, ports: [{ port: 8080 }] };
    const rest = LEARNED.filter((text) => !text.endsWith("TCP 8080"));
    const found = made(wider);
    t.strictSame(openings(found), [...rest, "option: egress to pods app=web of the same namespace on TCP 8080"]);
    t.strictSame(found.review.leftOut, []);
  },
);

await t.test("what is learned stays learned, and needed", async (t) => {
  const same = made({ selector: LABELS, ports: [{ port: 8080 }] });
  t.strictSame(openings(same), LEARNED);
  t.ok(same.review.rules.every(({ needed }) => needed));
});

await t.test("a headless Service is resolved before it is asked, and other ports are not this edge's", async (t) => {
  t.strictSame(openings(made({ ...behind, clusterIP: "None" })), LEARNED);
  t.strictSame(openings(made({ selector: LABELS, ports: [{ port: 81, targetPort: 8081 }] })), LEARNED);
});

await t.test("an edge that is left out has no Service's port either", async (t) => {
  const options = { includeServicePorts: true, leaveOut: ["workload/shop/Deployment/web"] };
  t.notMatch(openings(made(behind, options)).join(), /TCP 80/u);
});
