import { occasionsOf } from "./edge-record.ts";
import type { Edge } from "./edge.ts";
import type { Learned } from "./profile.ts";

/** Chance that the stated bound does not hold. */
const DELTA = 0.05;
const WEEK_MS = 7 * 86_400_000;

/**
 * How likely is it that what comes next is an edge never seen? Good and Turing estimate it by the share of what was
 * seen once; McAllester and Schapire ("On the Convergence Rate of Good-Turing Estimators", COLT 2000, theorem 3)
 * bound the missing mass, with probability 1 - delta, by that share plus (1 + sqrt 2) * sqrt(ln(1 / delta) / n), for n
 * independent draws. Connections are not: they come in bursts. So occasions are drawn, not connections, as ecology counts
 * the samples that show a species where its individuals come in clumps (Gotelli and Colwell, "Quantifying
 * biodiversity", Ecology Letters 4, 2001: sample-based against individual-based). An edge seen in one burst counts as
 * seen once, and the bound is never below that of the connections: it holds where those are independent.
 *
 * What comes less often than anybody watched leaves no trace to count. The longest usual period is the week, so that
 * the word is not "learned" before one was watched; `watchedMs` is how long that was.
 *
 * Of `lost`, the share of what happened that nobody saw, nothing is known. Whatever decides what is lost, what was seen
 * are draws from what can be seen: so the next connection is new with no more than the bound where it can be seen
 * (1 - lost), and with certainty at most where it can't (lost).
 */
export function judgeLearned(edges: readonly Edge[], watchedMs: number, lost = 0): Learned {
  if (edges.length === 0) return { word: "nothing observed", chanceOfNew: 1 };
  const occasions = edges.map(occasionsOf);
  const draws = occasions.reduce((sum, count) => sum + count, 0);
  const seenOnce = occasions.filter((count) => count <= 1).length;
  const spread = (1 + Math.SQRT2) * Math.sqrt(Math.log(1 / DELTA) / draws);
  const chanceOfNew = lost + (1 - lost) * Math.min(1, seenOnce / draws + spread);
  return { word: wordFor(chanceOfNew, watchedMs), chanceOfNew, ...(lost > 0 && { lostShare: lost }) };
}

/** Whether a week was watched, so that what comes every week has come. */
export function isWeekWatched(watchedMs: number): boolean {
  return watchedMs >= WEEK_MS;
}

function wordFor(chanceOfNew: number, watchedMs: number): Learned["word"] {
  if (chanceOfNew > 0.2) return "learning";
  return chanceOfNew > 0.05 || !isWeekWatched(watchedMs) ? "settling" : "learned";
}
