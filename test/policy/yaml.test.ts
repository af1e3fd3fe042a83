import { parseAllDocuments, parseDocument } from "yaml";
import t from "tap";
import { generatePolicies, generatePolicy } from "../../src/policy/generate.ts";
import { toYaml } from "../../src/policy/yaml.ts";
import { validateNetworkPolicy } from "../../src/policy/evaluate/validate.ts";
import { clusterOf, COREDNS, deployment, DNS, edge, external, profile, settings, workload } from "./world.ts";

/** Labels that one reader of YAML or another takes for a number, a truth, a time or nothing. */
const TRICKY = Object.fromEntries(
  [
    "y",
    "No",
    "on",
    "true",
    "null",
    "NaN",
    "1",
    "0o17",
    "017",
    "0x1F",
    "0b1",
    "1_000",
    "1e3",
    "12.50",
    "1.2.3",
    "2026-03-02",
    "12.30",
    "",
  ].map((value, index) => [`k${index}`, value]),
);
const CLUSTER = clusterOf(
  COREDNS + deployment("shop/odd", { labels: { ...TRICKY, y: "n", "1.example.com/x": "z" }, ips: ["10.0.1.4"] }),
);
const EDGES = [
  DNS,
  edge("egress", workload("shop/odd"), "TCP/80"),
  edge(
    "egress",
    external("203.0.113.9", "a.example\n  - ipBlock: {cidr: 0.0.0.0/0}", "b.example", "c.example", "d.example"),
    "TCP/443",
  ),
  edge("egress", external("2001:db8::9", "a.example"), "TCP/443"),
  edge("egress", external("::5", "five.example"), "TCP/443"),
];

await t.test("YAML 1.1 and 1.2 both read the policy that was written, whatever its labels look like", async (t) => {
  const generated = generatePolicy(
    profile("shop/javaapp", EDGES),
    CLUSTER,
    settings({ egressCidrs: [{ cidr: "::/0", ports: [{ port: 1 }] }] }),
  );
  const text = toYaml([generated]);
  for (const version of ["1.1", "1.2"] as const)
    t.strictSame(parseDocument(text, { version }).toJS(), JSON.parse(JSON.stringify(generated.policy)), version);
  t.strictSame(validateNetworkPolicy(generated.policy), []);
});

await t.test("names stand beside their addresses, and none of them can end the comment", async (t) => {
  const lines = toYaml([generatePolicy(profile("shop/javaapp", EDGES), CLUSTER, settings())]).split("\n");
  t.strictSame(
    lines.filter((line) => line.includes("cidr:")).map((line) => line.trim()),
    [
      "cidr: 203.0.113.9/32 # a.example?  - ipBlock: {cidr: 0.0.0.0/0}, b.example, c.example and 1 more",
      'cidr: "::5/128" # five.example',
      "cidr: 2001:db8::9/128 # a.example",
    ],
  );
});

await t.test("a workload without a policy is told in a comment of its own document", async (t) => {
  const profiles = [profile("shop/javaapp", EDGES), profile("shop/odd", [], { pods: [] })];
  const text = toYaml(generatePolicies(profiles, CLUSTER, settings()));
  t.match(text, /\n---\n# Deployment shop\/odd: no policy: nothing observed\n$/);
  t.strictSame(
    parseAllDocuments(text).map((document) => (document.toJS() as { kind?: string } | null)?.kind),
    ["NetworkPolicy", undefined],
  );
});

await t.test("what is left out is told in the comment, the first ten of it", async (t) => {
  const strangers = Array.from({ length: 12 }, (_, index) =>
    edge("egress", external(`198.51.100.${index + 10}`), "TCP/443"),
  );
  const lines = toYaml([generatePolicy(profile("shop/javaapp", [DNS, ...strangers]), CLUSTER, settings())]).split("\n");
  t.strictSame(lines.filter((line) => line.startsWith("# Left out")).slice(8), [
    "# Left out: egress to 198.51.100.18 on TCP 443: no DNS answer led to this address",
    "# Left out: egress to 198.51.100.19 on TCP 443: no DNS answer led to this address",
    "# Left out: 2 more, see the review.",
  ]);
});
