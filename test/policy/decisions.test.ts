import t from "tap";
import type { Decisions } from "../../src/profile/decisions.ts";
import type { Edge, Peer } from "../../src/profile/edge.ts";
import { generatePolicies, generatePolicy } from "../../src/policy/generate.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import type { InvalidOptions } from "../../src/policy/option-faults.ts";
import { readDecisions } from "../../src/policy/read-decisions.ts";
import { resolveOptions } from "../../src/policy/resolve-options.ts";
import { toYaml } from "../../src/policy/yaml.ts";
import { clusterOf, COREDNS, deployment, DNS, edge, external, profile, settings } from "./world.ts";

const CLUSTER = clusterOf(COREDNS + deployment("shop/javaapp", { ips: ["10.0.1.1"] }) + deployment("shop/web"));
const STRANGER = edge("egress", external("203.0.113.9"), "TCP/443");
const NAMED = edge("egress", external("198.51.100.7", "pay.example"), "TCP/443");
const lost: Peer = { type: "unresolved", ip: "10.9.9.9", reason: "gone" };
const UNRESOLVED = edge("egress", lost, "TCP/5432");
const CLIENT = edge("ingress", external("203.0.113.50"), "TCP/8080");
const EDGES = [DNS, STRANGER, NAMED, UNRESOLVED, CLIENT];

function generated(decisions: Decisions, options: GeneratorOptions = {}, edges: readonly Edge[] = EDGES) {
  return generatePolicy(profile("shop/javaapp", edges), CLUSTER, resolveOptions(options, decisions));
}

function blocks(made: ReturnType<typeof generated>): string[] {
  const { ingress = [], egress = [] } = made.policy?.spec ?? {};
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
  return peers.flatMap(({ ipBlock }) => ipBlock?.cidr ?? []);
}

function leftOut(made: ReturnType<typeof generated>): Record<string, string> {
  return Object.fromEntries(made.review.leftOut.map(({ edge: { id }, code }) => [id, code]));
}

function faults(document: unknown): readonly string[] {
  try {
    readDecisions(document);
    return [];
  } catch (error) {
    return (error as InvalidOptions).faults.map(({ field }) => field);
  }
}

await t.test("what nobody decided is as the defaults have it", async (t) => {
  t.strictSame(generated({}), generatePolicy(profile("shop/javaapp", EDGES), CLUSTER, settings()));
  t.strictSame(blocks(generated({})), ["203.0.113.50/32", "198.51.100.7/32"]);
});

await t.test(
  "decided addresses are let out by their own network and alias, or not, whatever the defaults think",
  async (t) => {
    const made = generated({
      addresses: [
        { id: "external/203.0.113.9", alias: "partner", cidr: "203.0.113.8/29", allowed: true },
        { id: "unresolved/10.9.9.9", alias: "old database", allowed: true },
        { id: "egress|external/198.51.100.7|TCP|443", allowed: false },
      ],
    });
    t.strictSame(blocks(made), ["203.0.113.50/32", "10.9.9.9/32", "203.0.113.8/29"]);
    t.strictSame(leftOut(made), { "egress|external/198.51.100.7|TCP|443": "decided" });
    const yaml = toYaml([made]);
    t.match(yaml, /203\.0\.113\.8\/29 # partner$/mu);
    t.match(yaml, /10\.9\.9\.9\/32 # old database, unresolved 10\.9\.9\.9, allowed all the same$/mu);
    t.strictSame(
      made.review.rules.filter(({ needed, origin }) => !needed && origin === "learned"),
      [],
    );
  },
);

await t.test("a network or an alias alone doesn't let out what is held back", async (t) => {
  const made = generated({ addresses: [{ id: "external/203.0.113.9", alias: "x", cidr: "203.0.113.0/24" }] });
  t.strictSame(blocks(made), ["203.0.113.50/32", "198.51.100.7/32"]);
});

await t.test("an edge's own choice is before its address's", async (t) => {
  const made = generated({
    addresses: [
      { id: "external/198.51.100.7", allowed: false, cidr: "198.51.100.0/28" },
      { id: "egress|external/198.51.100.7|TCP|443", allowed: true },
    ],
  });
  t.strictSame(blocks(made), ["203.0.113.50/32", "198.51.100.0/28"]);
});

await t.test("what the caller asks for overrides decisions, field by field and id by id", async (t) => {
  const decisions: Decisions = {
    ingress: "deny-all",
    egress: "deny-all",
    addresses: [
      { id: "external/203.0.113.9", allowed: true },
      { id: "external/198.51.100.7", allowed: false },
      { id: "unresolved/10.9.9.9", allowed: true },
    ],
  };
  t.strictSame(blocks(generated(decisions)), []);
  const made = generated(decisions, {
    egress: "learned",
    addresses: [{ id: "external/203.0.113.9", alias: "only called so" }],
    keep: ["external/198.51.100.7"],
  });
  t.strictSame(blocks(made), ["10.9.9.9/32", "198.51.100.7/32"]);
  t.strictSame(
    made.review.decisions?.map(({ effect }) => effect),
    ["in force", "overridden", "overridden", "overridden", "in force"],
  );
});

await t.test("the review says which decisions took part, and which name nothing that exists", async (t) => {
  const { decisions, warnings } = generated({
    ingress: "allow-all",
    addresses: [
      { id: "external/203.0.113.9", alias: "partner", allowed: true },
      { id: "external/203.0.113.50", allowed: false },
      { id: "external/192.0.2.1", allowed: true, cidr: "192.0.2.0/24" },
    ],
  }).review;
  t.strictSame(decisions, [
    { decision: "ingress: allow-all", effect: "in force" },
    { decision: "external/203.0.113.9: allowed, called partner", effect: "in force" },
    { decision: "external/203.0.113.50: not allowed", effect: "without effect" },
    { decision: "external/192.0.2.1: allowed, as 192.0.2.0/24", effect: "unmatched" },
  ]);
  t.strictSame(
    warnings.filter(({ code }) => code === "unmatched-decision").map(({ message }) => message),
    ["nothing was seen of what was decided: external/192.0.2.1: allowed, as 192.0.2.0/24"],
  );
});

await t.test("an address asked for that was never seen is a warning, as with any option", async (t) => {
  const { warnings } = generated({}, { addresses: [{ id: "external/192.0.2.1", allowed: true }] }).review;
  t.match(
    warnings.find(({ code }) => code === "unmatched-option")?.message,
    /^addresses names external\/192\.0\.2\.1/u,
  );
});

await t.test("in a namespace each workload has its own decisions", async (t) => {
  const profiles = [profile("shop/javaapp", EDGES), profile("shop/web", EDGES)];
  const own = resolveOptions({}, { egress: "deny-all" });
  const [javaapp, web] = generatePolicies(profiles, CLUSTER, ({ name }) => (name === "web" ? own : settings()));
  t.equal(javaapp?.policy?.spec.egress?.length, 2);
  t.strictSame(web?.policy?.spec.egress, []);
});

await t.test("every fault of a document is told with its field", async (t) => {
  t.strictSame(faults({ ingress: "learned", egress: "deny-all", addresses: [] }), []);
  t.strictSame(faults({ ingress: "some" }), ["ingress"]);
  t.strictSame(faults(null), [""]);
  t.strictSame(
    faults({
      addresses: [
        { id: "external/203.0.113.9", cidr: "198.51.100.0/24" },
        { id: "external/203.0.113.9" },
        { id: "workload/shop/Deployment/db" },
        { id: "unresolved/10.9.9.9", cidr: "10.9.9.9" },
        { id: "egress|external/nowhere|TCP|443" },
      ],
    }),
    ["addresses[0].cidr", "addresses[1].id", "addresses[2].id", "addresses[3].cidr", "addresses[4].id"],
  );
});
