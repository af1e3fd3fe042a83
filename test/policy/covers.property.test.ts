import * as fc from "fast-check";
import t from "tap";
import { covers, type Opening } from "../../src/policy/covers.ts";
import { openingsOf } from "../../src/policy/review/openings.ts";
import { NAMESPACES, policy, question } from "./random-policies.ts";
import { slowlyAllowed } from "./slow-evaluator.ts";

const opening: fc.Arbitrary<Opening> = policy
  .map(({ spec }) => openingsOf(spec, "ingress"))
  .filter((openings) => openings.length > 0)
  .map((openings) => openings[0]!);

await t.test("what one opening covers, it lets through wherever the covered one does", async (t) => {
  let covered = 0;
  fc.assert(
    fc.property(opening, opening, fc.array(question, { minLength: 5, maxLength: 20 }), (wide, narrow, asked) => {
      if (!covers(wide, narrow, "shop")) return true;
      covered++;
      return asked.every((one) => !isOpen(narrow, one) || isOpen(wide, one));
    }),
    { numRuns: 3000 },
  );
  t.ok(covered > 100, "it comes up often");
});

await t.test("every opening covers itself", async () => {
  fc.assert(fc.property(opening, (one) => covers(one, one, "shop")));
});

function isOpen({ peer, port }: Opening, one: Parameters<typeof slowlyAllowed>[2]): boolean {
  const rule = { ...(peer && { from: [peer] }), ...(port && { ports: [port] }) };
  const given = [{ metadata: { namespace: "shop", name: "p" }, spec: { podSelector: {}, ingress: [rule] } }];
  const to = one.to.kind === "pod" ? { ...one.to, namespace: "shop", hostNetwork: false } : one.to;
  return slowlyAllowed(given, (name) => NAMESPACES[name] ?? {}, { ...one, to });
}
