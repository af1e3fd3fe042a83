import { readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { toYaml } from "../../../src/policy/yaml.ts";
import { type End, podEnd } from "../../../src/policy/evaluate/end.ts";
import type { EvaluatedPolicy } from "../../../src/policy/evaluate/compiled-policy.ts";
import { type Generated, generatePolicies } from "../../../src/policy/generate.ts";
import { slowlyAllowed, type SlowQuestion } from "../slow-evaluator.ts";
import { settings } from "../world.ts";
import { type Application, BOOKINFO, ONLINE_BOUTIQUE, ROBOT_SHOP, SOCK_SHOP } from "./applications.ts";
import { boutiquePoliciesByHand } from "./hand-written.ts";
import { watch, type Watched } from "./watched.ts";

/** The Service's port, DNS, and ports that nobody serves stand for all others. */
const OTHER_PORTS = [22, 53, 80, 443, 65_535];
const OUTSIDE: End = { kind: "address", ip: "203.0.113.7", node: undefined };

for (const application of [ONLINE_BOUTIQUE, SOCK_SHOP, BOOKINFO, ROBOT_SHOP])
  await t.test(`${application.name}: every call passes, and nothing else does`, async (t) => {
    const watched = watch(application);
    const generated = generatePolicies(watched.profiles, watched.cluster, settings());
    t.equal(generated.filter(({ policy }) => policy !== null).length, Object.keys(application.workloads).length);
    t.strictSame(
      generated.flatMap(({ review }) => review.leftOut),
      [],
      "no edge is left out",
    );
    t.ok(
      rulesOf(generated).every(({ needed, origin }) => needed || origin !== "learned"),
      "every learned rule is needed",
    );
    const file = new URL(`expected/${application.namespace}.yaml`, import.meta.url);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, toYaml(generated));
    t.equal(toYaml(generated), readFileSync(file, "utf8"), "the same bytes as ever");
    const open = openQuestions(policiesOf(generated), application, watched);
    t.strictSame([...open].sort(), expectedQuestions(application), "what is open is what was called");
  });

await t.test("Online Boutique: weir's policies open nothing that those by hand do not, and much less", async (t) => {
  const watched = watch(ONLINE_BOUTIQUE);
  const generated = policiesOf(generatePolicies(watched.profiles, watched.cluster, settings()));
  const byWeir = openQuestions(generated, ONLINE_BOUTIQUE, watched);
  const byHand = openQuestions(boutiquePoliciesByHand(), ONLINE_BOUTIQUE, watched);
  t.strictSame([...byWeir.difference(byHand)], [], "at least as tight");
  const [less, more] = [byWeir.size, byHand.size];
  t.comment(
    `${less} of the questions pass weir's policies, ${more} those by hand, ${openQuestions([], ONLINE_BOUTIQUE, watched).size} none`,
  );
  t.ok(less * 2 < more, `${less} against ${more}`);
});

function policiesOf(generated: readonly Generated[]): readonly EvaluatedPolicy[] {
  return generated.flatMap(({ policy }) => policy ?? []);
}

function rulesOf(generated: readonly Generated[]) {
  return generated.flatMap(({ review }) => review.rules);
}

/** What passes of all that workloads, strangers and the outside could ask of each other, as `FROM > TO PORT`. */
function openQuestions(
  policies: readonly EvaluatedPolicy[],
  { workloads }: Application,
  { cluster }: Watched,
): Set<string> {
  const pods = cluster
    .pods()
    .filter(({ metadata }) => metadata.name.endsWith("-0"))
    .map(podEnd);
  const ends: readonly End[] = [...pods, OUTSIDE];
  const served = Object.values(workloads).flatMap(({ listens }) => listens ?? []);
  const ports = [...new Set([...served, ...OTHER_PORTS])];
  const open = new Set<string>();
  for (const from of ends)
    for (const to of ends)
      for (const port of ports) {
        const question: SlowQuestion = { from, to, port, protocol: "TCP" };
        const isOwn = from === to || !(isOfApplication(from) || isOfApplication(to));
        if (!isOwn && slowlyAllowed(policies, (name) => cluster.namespaceLabels(name), question))
          open.add(`${nameOf(from)} > ${nameOf(to)} ${port}`);
      }
  return open;
}

function isOfApplication(end: End): boolean {
  return end.kind === "pod" && end.namespace !== "elsewhere" && end.namespace !== "kube-system";
}

/** The calls, the resolver of those who call, and whoever comes to what is published. */
function expectedQuestions({ workloads, published }: Application): readonly string[] {
  const all = Object.entries(workloads);
  const calls = all.flatMap(([name, { calls: called = [] }]) =>
    called.map((other) => `${name} > ${other} ${workloads[other]?.listens}`),
  );
  const names = all.filter(([, { calls: called = [] }]) => called.length > 0).map(([name]) => `${name} > coredns 53`);
  const visitors = ["stranger", "coredns", "outside"].map(
    (who) => `${who} > ${published} ${workloads[published]?.listens}`,
  );
  return [...new Set([...calls, ...names, ...visitors])].sort();
}

function nameOf(end: End): string {
  return end.kind === "pod" ? end.name.replace(/-0$/u, "") : "outside";
}
