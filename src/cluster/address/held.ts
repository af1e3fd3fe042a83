import type { HistorySettings } from "./history-settings.ts";
import { holdingsAt, isSure, type Holding } from "./holding.ts";

/** Who had an address at one moment. */
export type Held<T> =
  | { readonly kind: "held"; readonly by: T }
  /** Several had it then, as far as is known; the one that came last is last. */
  | { readonly kind: "ambiguous"; readonly by: readonly T[] }
  /** This one may have had it, or somebody of whom nobody was told. */
  | { readonly kind: "doubtful"; readonly by: T }
  /** Nobody had it then: somebody had had it before, or got it only later. */
  | { readonly kind: "earlier"; readonly by: T; readonly untilUs: number }
  | { readonly kind: "later"; readonly by: T; readonly fromUs: number }
  | { readonly kind: "never" };

export const NEVER_HELD: Held<never> = { kind: "never" };

/** Whose of an address's holdings covers the moment, or nearly does where nobody else's is in question. */
export function heldAmong<T>(holdings: readonly Holding<T>[], timeUs: number, settings: HistorySettings): Held<T> {
  const { toleranceUs, graceUs, skewUs } = settings;
  const found = holdingsAt(holdings, timeUs, { beforeUs: toleranceUs, afterUs: graceUs, skewUs });
  const [first] = found;
  if (first === undefined) return missed(holdings, timeUs);
  return found.length === 1 ? { kind: "held", by: first.value } : { kind: "ambiguous", by: byStart(found) };
}

/** In a gap somebody has to be known to have had the address: that nobody else is known to is no proof. */
export function surelyHeldAmong<T>(holdings: readonly Holding<T>[], timeUs: number, skewUs: number): Held<T> {
  const found = holdingsAt(holdings, timeUs, { beforeUs: skewUs, afterUs: skewUs, skewUs });
  const [first] = found;
  if (first === undefined) return missed(holdings, timeUs);
  if (found.length > 1) return { kind: "ambiguous", by: byStart(found) };
  return { kind: isSure(first, timeUs, skewUs) ? "held" : "doubtful", by: first.value };
}

/** What to say of an address that nobody had at that moment. */
function missed<T>(holdings: readonly Holding<T>[], timeUs: number): Held<T> {
  const earlier = holdings.filter(({ untilUs }) => untilUs < timeUs);
  const last = earlier.reduce<Holding<T> | undefined>(
    (latest, next) => (latest === undefined || next.untilUs > latest.untilUs ? next : latest),
    undefined,
  );
  if (last !== undefined) return { kind: "earlier", by: last.value, untilUs: last.untilUs };
  const [first] = holdings.toSorted((a, b) => a.fromUs - b.fromUs);
  return first === undefined ? NEVER_HELD : { kind: "later", by: first.value, fromUs: first.fromUs };
}

function byStart<T>(holdings: readonly Holding<T>[]): readonly T[] {
  return holdings.toSorted((a, b) => a.fromUs - b.fromUs).map(({ value }) => value);
}
