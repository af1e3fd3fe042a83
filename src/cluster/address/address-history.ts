import { holdingsAt, type Holding } from "./holding.ts";
import type { PodLife } from "./pod-life.ts";

/** Somebody who has addresses now, or had them and is still told of. */
export interface Holder<T> {
  /** The same for the same holder in every state. */
  readonly key: string;
  readonly ips: readonly string[];
  readonly life: PodLife;
  readonly value: T;
}

/** Who had an address at one moment. */
export type Held<T> =
  | { readonly kind: "held"; readonly by: T }
  /** Several had it then, as far as is known; the one that came last is last. */
  | { readonly kind: "ambiguous"; readonly by: readonly T[] }
  /** Nobody had it then: somebody had had it before, or got it only later. */
  | { readonly kind: "earlier"; readonly by: T; readonly untilUs: number }
  | { readonly kind: "later"; readonly by: T; readonly fromUs: number }
  | { readonly kind: "never" };

export interface HistorySettings {
  /** How long before its start and after its end a holder may have an address that nobody else has then. */
  readonly toleranceUs: number;
  readonly graceUs: number;
  /** How long the time of a holder that is gone is still known, and how many such times there are at most. */
  readonly maxAgeUs: number;
  readonly maxPast: number;
  readonly maxPastOfAddress: number;
}

export const defaultHistorySettings: HistorySettings = {
  toleranceUs: 2_000_000,
  graceUs: 5_000_000,
  maxAgeUs: 3_600_000_000,
  maxPast: 50_000,
  maxPastOfAddress: 16,
};

/** Who has which address, and who had it. A holder that is missing from a new state ended at the latest then. */
export class AddressHistory<T> {
  readonly #settings: HistorySettings;
  readonly #byAddress = new Map<string, Holding<T>[]>();
  /** Holdings of the present state, by their holder's key. */
  #present = new Map<string, readonly Holding<T>[]>();
  /** Those that are over, with the time it was noticed, oldest first. */
  readonly #past = new Map<Holding<T>, number>();
  #updatedUs = -Infinity;
  #forgotten = 0;

  constructor(settings: HistorySettings) {
    this.#settings = settings;
  }

  /** Past holdings that were dropped for age or want of room. */
  get forgotten(): number {
    return this.#forgotten;
  }

  update(holders: Iterable<Holder<T>>, nowUs: number): void {
    const former = this.#present;
    this.#present = new Map();
    for (const holder of holders)
      this.#present.set(holder.key, this.#hold(holder, former.get(holder.key) ?? [], nowUs));
    for (const [key, holdings] of former) {
      const kept = new Set(this.#present.get(key));
      for (const holding of holdings) if (!kept.has(holding)) this.#release(holding, nowUs);
    }
    this.#updatedUs = nowUs;
    this.#forgetOld(nowUs);
  }

  at(ip: string, timeUs: number): Held<T> {
    const holdings = this.#byAddress.get(ip);
    if (holdings === undefined) return { kind: "never" };
    const { toleranceUs, graceUs } = this.#settings;
    const found = holdingsAt(holdings, timeUs, { beforeUs: toleranceUs, afterUs: graceUs });
    const [first] = found;
    if (first === undefined) return missed(holdings, timeUs);
    return found.length === 1 ? { kind: "held", by: first.value } : { kind: "ambiguous", by: byStart(found) };
  }

  #hold(holder: Holder<T>, former: readonly Holding<T>[], nowUs: number): readonly Holding<T>[] {
    const held = holder.ips.map((ip) => {
      const holding = former.find((candidate) => candidate.ip === ip);
      return holding === undefined ? this.#begin(holder, ip, former.length > 0) : renew(holding, holder, nowUs);
    });
    return held.filter((holding) => holding !== undefined);
  }

  /** One that ended without a word of when, and that nobody saw alive, holds nothing. */
  #begin(holder: Holder<T>, ip: string, hadOthers: boolean): Holding<T> | undefined {
    const { key, value, life } = holder;
    if (life.untilUs === undefined) return undefined;
    // A pod's sandbox made anew (its node came back) has an address that the pod had not a while ago.
    const fromUs = hadOthers ? Math.max(life.fromUs, this.#updatedUs) : life.fromUs;
    const holding = { key, ip, value, life: { ...life, fromUs, untilUs: life.untilUs } };
    const there = this.#byAddress.get(ip) ?? [];
    // Somebody who is back had it all the while.
    for (const other of there) if (other.key === key) this.#past.delete(other);
    this.#byAddress.set(ip, [...there.filter((other) => other.key !== key), holding]);
    return holding;
  }

  #release(holding: Holding<T>, nowUs: number): void {
    const { life } = holding;
    const untilUs = Math.min(life.untilUs, nowUs);
    const surelyUntilUs = life.isStaying ? -Infinity : life.surelyUntilUs;
    holding.life = { ...life, untilUs, surelyUntilUs, isStaying: false };
    this.#past.set(holding, nowUs);
    const past = this.#byAddress.get(holding.ip)?.filter((other) => this.#past.has(other)) ?? [];
    if (past.length > this.#settings.maxPastOfAddress && past[0] !== undefined) this.#forget(past[0]);
  }

  #forgetOld(nowUs: number): void {
    const { maxAgeUs, maxPast } = this.#settings;
    for (const [holding, goneUs] of this.#past) {
      if (this.#past.size <= maxPast && goneUs >= nowUs - maxAgeUs) return;
      this.#forget(holding);
    }
  }

  #forget(holding: Holding<T>): void {
    this.#past.delete(holding);
    this.#forgotten += 1;
    const others = (this.#byAddress.get(holding.ip) ?? []).filter((other) => other !== holding);
    if (others.length > 0) this.#byAddress.set(holding.ip, others);
    else this.#byAddress.delete(holding.ip);
  }
}

/** Newer word of a holding that goes on, or of its end; one that ends without a word of when ends now. */
function renew<T>(holding: Holding<T>, { value, life }: Holder<T>, nowUs: number): Holding<T> {
  const fromUs = Math.max(life.fromUs, holding.life.fromUs);
  const untilUs = life.untilUs ?? Math.min(holding.life.untilUs, nowUs);
  holding.value = value;
  holding.life = { ...life, fromUs, untilUs };
  return holding;
}

/** What to say of an address that nobody had at that moment. */
function missed<T>(holdings: readonly Holding<T>[], timeUs: number): Held<T> {
  const earlier = holdings.filter(({ life }) => life.untilUs < timeUs);
  const last = earlier.reduce<Holding<T> | undefined>(
    (latest, next) => (latest === undefined || next.life.untilUs > latest.life.untilUs ? next : latest),
    undefined,
  );
  if (last !== undefined) return { kind: "earlier", by: last.value, untilUs: last.life.untilUs };
  const [first] = holdings.toSorted((a, b) => a.life.fromUs - b.life.fromUs);
  return first === undefined ? { kind: "never" } : { kind: "later", by: first.value, fromUs: first.life.fromUs };
}

function byStart<T>(holdings: readonly Holding<T>[]): readonly T[] {
  return holdings.toSorted((a, b) => a.life.fromUs - b.life.fromUs).map(({ value }) => value);
}
