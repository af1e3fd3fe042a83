import * as fc from "fast-check";
import type { compilePolicies } from "../../src/policy/evaluate/evaluate.ts";
import { isAllowedBySide, type SideVerdict } from "../../src/policy/evaluate/verdict.ts";
import { NAMESPACES, type World, world } from "./random-policies.ts";
import { slowlyJudged, type SlowQuestion, type SlowVerdict } from "./slow-evaluator.ts";

/** Policies, and what the slow evaluator says to every question that a world asks of them. */
export interface JudgedWorld extends Pick<World, "policies"> {
  readonly judged: readonly { readonly question: SlowQuestion; readonly expected: SlowVerdict }[];
}

/** Of the namespaces in which random policies stand. */
export const cluster = { namespaceLabels: (namespace: string) => NAMESPACES[namespace] ?? {} };

/** The same worlds for the same seed. */
export function judgedWorlds({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number;
}): readonly JudgedWorld[] {
  return fc.sample(world, { seed, numRuns: count }).map(judge);
}

/** Every end of the world asks every other one, and itself. */
export function judge({ policies, ends, ports }: World): JudgedWorld {
  const questions = ends.flatMap((from) => ends.flatMap((to) => ports.map((port) => ({ from, to, ...port }))));
  const judged = questions.map((question) => ({
    question,
    expected: slowlyJudged(policies, cluster.namespaceLabels, question),
  }));
  return { policies, judged };
}

/** The first question on which an evaluator differs, as text; undefined where it agrees on all. */
export function disagreement(compile: typeof compilePolicies, worlds: readonly JudgedWorld[]): string | undefined {
  for (const { policies, judged } of worlds) {
    const compiled = compile(policies, cluster);
    for (const { question, expected } of judged) {
      const verdict = compiled.decide(question);
      const isSame =
        compiled.isAllowed(question) === expected.allowed &&
        verdict.allowed === expected.allowed &&
        (verdict.kind === "itself" ||
          (isSameSide(verdict.egress, expected.egress) && isSameSide(verdict.ingress, expected.ingress)));
      if (!isSame) return JSON.stringify({ policies, question, expected, verdict });
    }
  }
  return undefined;
}

/** Also the rules that are named must be those that allow, all of them. */
function isSameSide(side: SideVerdict, expected: SlowVerdict["egress"]): boolean {
  const rules = side.kind === "allowed" ? side.rules : [];
  return isAllowedBySide(side) === expected.allowed && rules.join() === expected.rules.join();
}
