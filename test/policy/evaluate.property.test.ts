import * as fc from "fast-check";
import t from "tap";
import { compilePolicies } from "../../src/policy/evaluate/evaluate.ts";
import { NAMESPACES, policy, question } from "./random-policies.ts";
import { slowlyAllowed } from "./slow-evaluator.ts";

const cluster = { namespaceLabels: (namespace: string) => NAMESPACES[namespace] ?? {} };
const policies = fc.array(policy, { maxLength: 5 });
const questions = fc.array(question, { minLength: 1, maxLength: 20 });

await t.test("two evaluators that share nothing agree on every question", async (t) => {
  let allowed = 0;
  let refused = 0;
  fc.assert(
    fc.property(policies, questions, (given, asked) => {
      const compiled = compilePolicies(given, cluster);
      for (const one of asked) {
        const expected = slowlyAllowed(given, cluster.namespaceLabels, one);
        if (expected) allowed++;
        else refused++;
        if (compiled.isAllowed(one) !== expected || compiled.decide(one).allowed !== expected) return false;
      }
      return true;
    }),
    { numRuns: 1500 },
  );
  t.ok(Math.min(allowed, refused) > 1000, "both answers come up often");
});

await t.test("a policy that is there twice under two names changes nothing", async () => {
  fc.assert(
    fc.property(policies, policy, question, (given, added, asked) => {
      const twin = { ...added, metadata: { ...added.metadata, name: "twin" } };
      const once = compilePolicies([...given, added], cluster);
      const twice = compilePolicies([twin, ...given, added], cluster);
      return once.isAllowed(asked) === twice.isAllowed(asked);
    }),
    { numRuns: 300 },
  );
});
