// The lab's enforcer and weir's evaluator were written apart from each other: they must agree about real connections.
import t from "tap";
import { enforce } from "../../demo/enforcer/enforce.ts";
import { startLab, whyNoLab } from "../../demo/lab/lab.ts";
import { nodeNetwork, outsideNetwork } from "../../demo/lab/wiring.ts";
import { shopAddresses } from "../../demo/shop/addresses.ts";
import { ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import { parseClusterText } from "../../src/cluster/file/parse-cluster-text.ts";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { compilePolicies } from "../../src/policy/evaluate/evaluate.ts";
import { type EndFinder, indexEnds } from "../../src/policy/evaluate/find-end.ts";
import type { Question } from "../../src/policy/evaluate/verdict.ts";
import type { Attempt } from "./connections.ts";
import { serveConnections, tryConnections } from "./try-connections.ts";

const reason = await whyNoLab();
const skip = reason ?? false;

const ports = [6379, 8080, 9000];
const { node4, attacker, payments } = shopAddresses;

const header = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n";
const cases: Readonly<Record<string, string>> = {
  "no policy": "",
  "default deny, ingress": one("shop", "{podSelector: {}}"),
  "default deny, both directions": one("shop", "{podSelector: {}, policyTypes: [Ingress, Egress]}"),
  "egress to a pod of another namespace, by port": one(
    "shop",
    `{podSelector: {matchLabels: {app: javaapp}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}, podSelector: {matchLabels: {app: db}}}], ports: [{port: 6379}]}]}`,
  ),
  "a podSelector alone looks in its own namespace": one(
    "shop",
    "{podSelector: {matchLabels: {app: javaapp}}, ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]}",
  ),
  "blocks with exceptions, pods' addresses among them": one(
    "shop",
    `{podSelector: {matchLabels: {app: javaapp}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [${attacker}/32, 10.244.1.3/32]}}]}], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24, except: [${attacker}/32]}}, {ipBlock: {cidr: ${node4}/32}}], ports: [{protocol: UDP, port: 8080}, {port: 6379, endPort: 8100}]}]}`,
  ),
  "named ports, on both sides": one(
    "shop",
    "{podSelector: {matchExpressions: [{key: app, operator: In, values: [javaapp, jclient]}]}, ingress: [{ports: [{port: http}]}], egress: [{ports: [{port: redis}, {port: http}]}]}",
  ),
  "both ends must allow, and policies add up": [
    one(
      "data",
      "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}], ports: [{port: 6379}, {port: 9000}]}]}",
    ),
    one(
      "shop",
      "{podSelector: {matchLabels: {app: javaapp}}, policyTypes: [Egress], egress: [{ports: [{port: 6379}]}]}",
    ),
    one(
      "shop",
      "{podSelector: {matchLabels: {app: javaapp}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 8080, protocol: UDP}]}]}",
      "second",
    ),
  ].join("---\n"),
};

function one(namespace: string, spec: string, name = "first"): string {
  return `${header}metadata: {namespace: ${namespace}, name: ${name}}\nspec: ${spec}\n`;
}

interface Asked extends Attempt {
  readonly where: string;
  readonly question: Question;
}

await t.test("the lab's enforcer", { skip, timeout: 110_000 }, async (t) => {
  const lab = await startLab({ plan: shop(ipv4Only) });
  t.teardown(lab.stop);
  await lab.exec(outsideNetwork, ["ip", "route", "add", "10.244.1.0/24", "via", node4]);
  const places = [
    ...lab.layout.pods.map(({ name, addresses }) => ({ where: name, ip: addresses[0] ?? "" })),
    { where: nodeNetwork, ip: node4 },
    { where: outsideNetwork, ip: attacker },
    { where: outsideNetwork, ip: payments },
  ];
  await Promise.all(places.map((place) => serveConnections(lab, place, ports)));

  const questionsFor = (ends: EndFinder): readonly Asked[] =>
    places.flatMap((from) =>
      places
        .filter((to) => to.where !== from.where && (isPod(from.where) || isPod(to.where)))
        .flatMap((to) =>
          ports.flatMap((port) =>
            (["TCP", "UDP"] as const).map((protocol) => ({
              where: from.where,
              host: to.ip,
              from: from.ip,
              port,
              protocol,
              question: { from: must(ends.find(from.ip)), to: must(ends.find(to.ip)), port, protocol },
            })),
          ),
        ),
    );

  for (const [name, yaml] of Object.entries(cases)) {
    await t.test(`agrees with the evaluator: ${name}`, async (t) => {
      const cluster = new ClusterState();
      cluster.replace(parseClusterText(`${lab.clusterYaml}---\n${yaml}`, "cluster.yaml"), Date.now() * 1000);
      const evaluator = compilePolicies(cluster.networkPolicies(), cluster);
      const asked = questionsFor(indexEnds(cluster));
      await enforce(lab, yaml);
      const answered = await tryConnections(lab, asked);
      const differing = asked.filter((each) => answered.has(each) !== evaluator.isAllowed(each.question));
      t.strictSame(
        differing.map(({ from, host, protocol, port }) => `${from} to ${host} ${protocol} ${port}`),
        [],
      );
      t.comment(`${asked.length} connections tried, ${answered.size} answered`);
      t.not(answered.size, 0, "kubelet at least gets through");
    });
  }

  await t.test("leaves open what is open", async (t) => {
    await enforce(lab, "");
    const [client, server] = [lab.layout.pods[1], lab.layout.pods[3]];
    const command = `exec 3<>/dev/tcp/${server?.addresses[0] ?? ""}/9999; echo open; read -r line <&3; echo "$line"`;
    const listener = lab.start(server?.name ?? "", [
      process.execPath,
      "-e",
      "require('net').createServer(s => setTimeout(() => s.end('still here\\n'), 1500)).listen(9999, () => console.log(1))",
    ]);
    await new Promise((resolve) => listener.stdout?.once("data", resolve));
    const reading = lab.exec(client?.name ?? "", ["bash", "-c", command]);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await enforce(lab, cases["default deny, both directions"] ?? "");
    t.equal((await reading).stdout, "open\nstill here\n");
  });
});

function isPod(where: string): boolean {
  return where !== nodeNetwork && where !== outsideNetwork;
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("an end that nobody knows");
  return value;
}
