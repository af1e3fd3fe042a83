import type { Edge } from "./edge.ts";
import type { Learned } from "./profile.ts";

/** Chance that the stated bound does not hold. */
const DELTA = 0.05;

/**
 * How likely is it that the next connection shows an edge never seen? Good and Turing estimate it by the
 * share of connections whose edge was seen once; McAllester and Schapire ("On the Convergence Rate of
 * Good-Turing Estimators", COLT 2000, theorem 3) bound the missing mass, with probability 1 - delta, by that share plus
 * (1 + sqrt 2) * sqrt(ln(1 / delta) / n). It takes connections as independent draws; bursts and weekly jobs
 * are not, which is why the words are stricter than the number.
 */
export function judgeLearned(edges: readonly Edge[]): Learned {
  const connections = edges.reduce((sum, edge) => sum + edge.connections, 0);
  if (connections === 0) return { word: "nothing observed", chanceOfNew: 1 };
  const seenOnce = edges.filter((edge) => edge.connections === 1).length;
  const spread = (1 + Math.SQRT2) * Math.sqrt(Math.log(1 / DELTA) / connections);
  const chanceOfNew = Math.min(1, seenOnce / connections + spread);
  return { word: wordFor(chanceOfNew), chanceOfNew };
}

function wordFor(chanceOfNew: number): Learned["word"] {
  if (chanceOfNew > 0.2) return "learning";
  return chanceOfNew > 0.05 ? "settling" : "learned";
}
