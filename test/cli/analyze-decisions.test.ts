import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { deployment, node, podOf } from "../cluster/builders.ts";
import { captures, type Ran, weir } from "./run.ts";

const pcap = `${captures}log4shell-ldap.pcap`;
const EXPLOIT = "egress|external/34.91.73.37|TCP|1389";
const workload = { namespace: "shop", kind: "Deployment", name: "javaapp" };

/** Has the Log4Shell capture analyzed with these decision files beside the cluster's. */
function analyze(base: string, files: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Ran> {
  const folder = mkdtempSync(join(base, "case-"));
  const items = [
    node("n1", "192.168.0.1", ["172.17.0.0/24"]),
    ...deployment("javaapp", { app: "javaapp" }),
    podOf("javaapp", "0", { ip: "172.17.0.2", node: "n1" }),
  ];
  const cluster = join(folder, "cluster.json");
  writeFileSync(cluster, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const decisions = join(folder, "decisions");
  mkdirSync(decisions);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(decisions, name), text);
  return weir(["analyze", "--pcap", pcap, "--cluster", cluster, "--decisions", decisions, ...args]);
}

function listed(decisions: object, of: object = workload): string {
  return JSON.stringify({ decisions: [{ workload: of, isKnown: true, decisions }] });
}

await t.test("what an agent answered to GET /api/v1/decisions is repeated", async (t) => {
  const addresses = [{ id: EXPLOIT, alias: "mirror", cidr: "34.91.73.0/24", allowed: true }];
  const { status, stdout, stderr } = await analyze(t.testdir(), {
    "d.json": listed({ ingress: "allow-all", addresses }),
  });
  t.strictSame([status, stderr], [0, ""]);
  t.match(stdout, /34\.91\.73\.0\/24 # mirror/u);
  t.match(stdout, /ingress:\n {4}- \{\}/u);
});

await t.test("one document as PUT takes it, in YAML, holds for every workload without its own", async (t) => {
  const base = t.testdir();
  const common = await analyze(base, { "all.yaml": "egress: allow-all\n" });
  t.match(common.stdout, /egress:\n {4}- \{\}/u);
  const own = listed({ egress: "deny-all" }, { ...workload, kind: "deployment" });
  const both = await analyze(base, { "all.yaml": "egress: allow-all\n", "own.json": own });
  t.match(both.stdout, /egress: \[\]/u, "its own takes the place of the common one");
});

await t.test("flags override decisions, and the review says so", async (t) => {
  const args = ["--egress", "learned", "--output", "review"];
  const { stdout } = await analyze(t.testdir(), { "all.yaml": "egress: deny-all\ningress: deny-all\n" }, args);
  t.match(JSON.parse(stdout), [
    {
      decisions: [
        { decision: "ingress: deny-all", effect: "in force" },
        { decision: "egress: deny-all", effect: "overridden" },
      ],
    },
  ]);
});

await t.test("faults are all told, each with its file and field, in the words of the HTTP side", async (t) => {
  const wrong = { addresses: [{ id: "external/34.91.73.37", cidr: "10.0.0.0/8" }] };
  const { status, stdout, stderr } = await analyze(t.testdir(), {
    "a.json": listed(wrong),
    "b.yaml": "egress: maybe\n",
    "c.json": JSON.stringify({ decisions: [{ workload: { name: "javaapp" }, decisions: {} }] }),
    "d.json": "[]",
  });
  t.strictSame([status, stdout], [2, ""]);
  t.match(
    stderr,
    /a\.json: decisions\[0\]\.decisions: addresses\[0\]\.cidr: 10\.0\.0\.0\/8 does not hold the address itself$/mu,
  );
  t.match(stderr, /b\.yaml: egress: must be equal to one of the allowed values: learned, allow-all/u);
  t.match(stderr, /c\.json: decisions\[0\]\.workload: expected namespace, kind and name$/mu);
  t.match(stderr, /d\.json: must be object$/mu);
});

await t.test("a file that isn't there is one line, and decisions of nobody are told", async (t) => {
  const base = t.testdir();
  const missing = await analyze(base, {});
  t.match([missing.status, missing.stderr], [2, /^weir: .*decisions: no \.yaml, \.yml or \.json file in it\n$/u]);
  const stranger = await analyze(base, { "d.json": listed({}, { ...workload, name: "gone" }) });
  t.strictSame(
    [stranger.status, stranger.stderr],
    [0, "weir: decisions of shop/Deployment/gone: there is no such workload\n"],
  );
});
