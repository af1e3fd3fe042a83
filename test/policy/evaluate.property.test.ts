import * as fc from "fast-check";
import t from "tap";
import { compilePolicies } from "../../src/policy/evaluate/evaluate.ts";
import { cluster, disagreement, judge } from "./agreement.ts";
import { policy, question, world } from "./random-policies.ts";

const policies = fc.array(policy, { maxLength: 5 });

/** WEIR_QUESTIONS=1000000 asks about so many; `make fuzz` does. */
const QUESTIONS = Number(process.env["WEIR_QUESTIONS"] ?? 40_000);
/** What a world asks on average, or a little less. */
const QUESTIONS_OF_EACH = 20;

await t.test("two evaluators that share nothing agree on every question, and on who allows", async (t) => {
  let allowed = 0;
  let refused = 0;
  fc.assert(
    fc.property(world, (given) => {
      const judged = judge(given);
      const open = judged.judged.filter(({ expected }) => expected.allowed).length;
      allowed += open;
      refused += judged.judged.length - open;
      return disagreement(compilePolicies, [judged]) === undefined;
    }),
    { numRuns: Math.ceil(QUESTIONS / QUESTIONS_OF_EACH) },
  );
  t.ok(allowed + refused >= QUESTIONS, `${allowed + refused} questions`);
  t.ok(
    Math.min(allowed, refused) > QUESTIONS / 10,
    `both answers come up often: ${allowed} allowed, ${refused} refused`,
  );
});

await t.test("one of many policies alone is as if there were no other", async () => {
  fc.assert(
    fc.property(world, policy, ({ policies: given, ends, ports }, one) => {
      const { judged } = judge({ policies: [one], ends, ports });
      const all = compilePolicies([...given, one, { ...one }], cluster);
      return disagreement(() => all.alone(one), [{ policies: [one], judged }]) === undefined;
    }),
    { numRuns: 300 },
  );
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
