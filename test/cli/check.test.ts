import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { deployment, node, podOf } from "../cluster/builders.ts";
import { captures, type Ran, weir } from "./run.ts";

const pcap = `${captures}log4shell-ldap.pcap`;
const attacker = "34.91.73.37";

type Json = Readonly<Record<string, unknown>>;

function policy(name: string, spec: Json): Json {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace: "shop", name }, spec };
}

const denyEgress = policy("deny", { podSelector: {}, policyTypes: ["Egress"] });

/** The victim of the Log4Shell capture as a pod of a cluster, and one that talks to it. */
function cluster(t: Test, policies: readonly Json[] = []): string {
  const items = [
    node("n1", "192.168.0.1", ["172.17.0.0/24"]),
    ...deployment("javaapp", { app: "javaapp" }),
    podOf("javaapp", "0", { ip: "172.17.0.2", node: "n1" }),
    podOf("jclient", "0", { ip: "172.17.0.9", node: "n1" }),
    ...policies,
  ];
  const file = join(t.testdir(), "cluster.json");
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  return file;
}

function write(t: Test, name: string, content: unknown): string {
  const file = join(t.testdirName, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

function lines({ stdout }: Ran): Json[] {
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Json]));
}

await t.test("probes are answered in order, with the policies of the cluster files and the reason", async (t) => {
  const file = cluster(t, [denyEgress]);
  const probes = write(t, "probes.json", [
    { from: "shop/javaapp-abc-0", to: attacker, port: 1389, protocol: "TCP" },
    { from: "172.17.0.9", to: "172.17.0.9", port: 53, protocol: "UDP" },
    { from: attacker, to: "shop/javaapp-abc-0", port: 8080 },
  ]);
  const ran = await weir(["check", "--cluster", file, "--probes", probes]);
  t.strictSame([ran.status, ran.stderr], [0, ""]);
  t.strictSame(lines(ran), [
    {
      from: "shop/javaapp-abc-0",
      to: attacker,
      port: 1389,
      protocol: "TCP",
      allowed: false,
      because: [`shop/deny does not allow egress of shop/javaapp-abc-0 to ${attacker} on TCP 1389`],
    },
    {
      from: "shop/jclient-abc-0",
      to: "shop/jclient-abc-0",
      port: 53,
      protocol: "UDP",
      allowed: true,
      because: ["a pod may always reach itself"],
    },
    {
      from: attacker,
      to: "shop/javaapp-abc-0",
      port: 8080,
      protocol: "TCP",
      allowed: true,
      because: ["no policy selects shop/javaapp-abc-0 for ingress"],
    },
  ]);
});

await t.test("a probe that differs from what it expects makes the answer no; one that agrees does not", async (t) => {
  const file = cluster(t, [denyEgress]);
  const probe = { from: "shop/javaapp-abc-0", to: attacker, port: 1389 };
  const agrees = write(t, "agrees.yaml", [{ ...probe, expect: false }]);
  const differs = write(t, "differs.yaml", [
    { ...probe, expect: false },
    { ...probe, expect: true },
  ]);
  t.equal((await weir(["check", "--cluster", file, "--probes", agrees])).status, 0);
  const ran = await weir(["check", "--cluster", file, "--probes", differs]);
  t.strictSame([ran.status, ran.stderr, lines(ran).length], [1, "weir: probe 2 is refused, other than expected\n", 2]);
});

await t.test("what weir wrote lets the normal traffic through and stops the attack that was seen", async (t) => {
  const file = cluster(t);
  const analyze = async (...args: readonly string[]): Promise<string> =>
    (await weir(["analyze", "--pcap", pcap, "--cluster", file, ...args])).stdout;
  const strict = write(t, "strict.yaml", await analyze());
  const loose = write(t, "loose.yaml", await analyze("--unnamed-external", "--suspicious"));
  const stopped = await weir(["check", "--cluster", file, "--policies", strict, "--pcap", pcap]);
  t.equal(stopped.status, 1);
  t.match(stopped.stderr, /^weir: 2 of \d+ kinds of connections that were seen would be refused\n$/mu);
  const refused = lines(stopped).filter(({ allowed }) => allowed === false);
  t.strictSame(refused.map(({ to, port }) => `${String(to)} ${String(port)}`).sort(), [
    `${attacker} 1389`,
    `${attacker} 8080`,
  ]);
  const passed = await weir(["check", "--cluster", file, "--policies", loose, "--pcap", pcap]);
  t.strictSame([passed.status, lines(passed).every(({ allowed }) => allowed === true)], [0, true]);
});

await t.test("with --policies those in the cluster files do not count; folders are read", async (t) => {
  const file = cluster(t, [denyEgress]);
  const probes = write(t, "probes.json", [{ from: "shop/javaapp-abc-0", to: attacker, port: 1389 }]);
  const folder = join(t.testdirName, "policies");
  mkdirSync(folder);
  writeFileSync(join(folder, "open.json"), JSON.stringify(policy("open", { podSelector: {}, egress: [{}] })));
  const ran = await weir(["check", "--cluster", file, "--policies", folder, "--probes", probes]);
  t.match(lines(ran), [{ allowed: true, because: ["shop/open: egress[0]"] }]);
});

for (const [name, spec, message] of [
  [
    "a hole outside of its block",
    { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["192.168.0.0/16"] } }] }] },
    /spec\.egress\[0\]\.to\[0\]\.ipBlock\.except\[0\]: /u,
  ],
  ["an unknown field", { podSelector: {}, egres: [] }, /spec\.egres: unknown field/u],
  [
    "a port that is none",
    { podSelector: {}, ingress: [{ ports: [{ port: 70_000 }] }] },
    /spec\.ingress\[0\]\.ports\[0\]\.port: /u,
  ],
] as const) {
  await t.test(`a bad policy is refused with the field's path: ${name}`, async (t) => {
    const file = cluster(t);
    const policies = write(t, "policies.json", policy("bad", spec));
    const ran = await weir(["check", "--cluster", file, "--policies", policies]);
    t.strictSame([ran.status, ran.stdout], [2, ""]);
    t.match(ran.stderr, /^weir: [^\n]*policies\.json: document 1: shop\/bad: [^\n]+\n$/u);
    t.match(ran.stderr, message);
  });
}

await t.test("a bad policy in the cluster files is refused as well", async (t) => {
  const bad = policy("bad", {
    podSelector: {},
    egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["192.168.0.0/16"] } }] }],
  });
  const ran = await weir(["check", "--cluster", cluster(t, [bad])]);
  t.equal(ran.status, 2);
  t.match(ran.stderr, /shop\/bad: spec\.egress\[0\]\.to\[0\]\.ipBlock\.except\[0\]: /u);
});

await t.test("what is no NetworkPolicy is left out aloud", async (t) => {
  const file = cluster(t);
  const policies = write(t, "policies.json", {
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name: "x" },
  });
  const ran = await weir(["check", "--cluster", file, "--policies", policies]);
  t.equal(ran.status, 0);
  t.match(
    ran.stderr,
    /left out, for it is no networking\.k8s\.io\/v1 NetworkPolicy: "cilium\.io\/v2" "CiliumNetworkPolicy"/u,
  );
  t.match(ran.stderr, /there are no NetworkPolicies: everything is allowed/u);
});

for (const [name, probe, message] of [
  ["a pod that is not there", { from: "shop/nobody", to: attacker, port: 1 }, /\[0\]\.from: no pod shop\/nobody/u],
  ["no address", { from: attacker, to: "example.org", port: 1 }, /\[0\]\.to: example\.org is neither/u],
  ["no port", { from: attacker, to: "172.17.0.2" }, /\[0\]\.port: missing/u],
  [
    "another protocol",
    { from: attacker, to: "172.17.0.2", port: 1, protocol: "ICMP" },
    /\[0\]\.protocol: expected TCP/u,
  ],
  ["a field misspelt", { from: attacker, to: "172.17.0.2", port: 1, expects: true }, /\[0\]\.expects: unknown field/u],
] as const) {
  await t.test(`a probe with ${name} is refused with its place`, async (t) => {
    const file = cluster(t);
    const ran = await weir(["check", "--cluster", file, "--probes", write(t, "probes.json", [probe])]);
    t.strictSame([ran.status, ran.stdout], [2, ""]);
    t.match(
      ran.stderr.split("\n").filter((line) => line.includes("probes.json")),
      { length: 1, 0: message },
    );
  });
}

await t.test("probes and captures together are refused", async (t) => {
  const ran = await weir(["check", "--cluster", "x", "--probes", "x", "--pcap", "x"]);
  t.strictSame([ran.status, ran.stderr], [2, "weir: --probes and --pcap: give one of them\n"]);
});
