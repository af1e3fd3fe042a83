import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import t from "tap";
import { compilePolicies } from "../../../src/policy/evaluate/evaluate.ts";
import { disagreement, judgedWorlds } from "../agreement.ts";
import { type PlantedFault, readFaults } from "./read-faults.ts";

/** What the evaluator consists of when it runs; types of other modules are gone by then. */
const ENTRY = "src/policy/evaluate/evaluate.ts";
const PARTS = [
  ENTRY,
  ...["compiled-policy.ts", "end.ts", "label-class.ts", "match-rule.ts", "selections.ts", "verdict.ts"].map(
    (name) => `src/policy/evaluate/${name}`,
  ),
  "src/policy/cidr.ts",
  "src/cluster/workload/match-selector.ts",
];
const ROOT = join(import.meta.dirname, "../../..");

const faults = readFaults();
const worlds = judgedWorlds({ seed: 1, count: 3500 });
const copies = t.testdir();

await t.test("the evaluator as it is answers every question like the slow one", async (t) => {
  t.equal(disagreement(compilePolicies, worlds), undefined);
  t.ok(faults.length >= 30, `${faults.length} faults to plant`);
  t.equal(new Set(faults.map(({ name }) => name)).size, faults.length, "each of its own name");
});

for (const [index, fault] of faults.entries())
  await t.test(`it is noticed if ${fault.name}`, async (t) => {
    const source = readFileSync(join(ROOT, fault.file), "utf8");
    t.equal(source.split(fault.find).length - 1, 1, `${fault.file} has once: ${fault.find}`);
    const faulty = await load(fault, source, join(copies, String(index)));
    // An exception is no wrong answer: it would come of a fault that was planted badly, and fails this test.
    t.type(disagreement(faulty, worlds), "string");
  });

/** A copy of the evaluator with the fault in it, ready to be asked. */
async function load(
  { file, find, replace }: PlantedFault,
  source: string,
  folder: string,
): Promise<typeof compilePolicies> {
  for (const part of PARTS) {
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    if (part === file)
      writeFileSync(
        join(folder, part),
        source.replace(find, () => replace),
      );
    else copyFileSync(join(ROOT, part), join(folder, part));
  }
  const module = (await import(pathToFileURL(join(folder, ENTRY)).href)) as { compilePolicies: typeof compilePolicies };
  return module.compilePolicies;
}
