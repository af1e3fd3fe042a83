import { holdingsAt, isSure, type Holding } from "./holding.ts";
import { HoldingTable, type Row } from "./holding-table.ts";
import type { PodLife } from "./pod-life.ts";

/** Somebody who has addresses now, or had them and is still told of. */
export interface Holder<T> {
  /** The same for the same holder whenever it is told of. */
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
  /** This one may have had it, or somebody of whom nobody was told. */
  | { readonly kind: "doubtful"; readonly by: T }
  /** Nobody had it then: somebody had had it before, or got it only later. */
  | { readonly kind: "earlier"; readonly by: T; readonly untilUs: number }
  | { readonly kind: "later"; readonly by: T; readonly fromUs: number }
  | { readonly kind: "never" };

export interface HistorySettings {
  /** How long before its start and after its end a holder may have an address that nobody else has then. */
  readonly toleranceUs: number;
  readonly graceUs: number;
  /** How far clocks may be apart without anybody being named who only may have had an address. */
  readonly skewUs: number;
  /** How long the time of a holder that is gone is still known, and how many such times there are at most. */
  readonly maxAgeUs: number;
  readonly maxPast: number;
  readonly maxPastOfAddress: number;
}

export const defaultHistorySettings: HistorySettings = {
  toleranceUs: 2_000_000,
  graceUs: 5_000_000,
  skewUs: 0,
  maxAgeUs: 3_600_000_000,
  maxPast: 50_000,
  maxPastOfAddress: 16,
};

/** A time of which not everything was told. */
export interface Gap {
  readonly sinceUs: number;
  readonly untilUs: number;
}

const MAX_GAPS = 16;

/** Who has which address, and who had it. */
export class AddressHistory<T> {
  readonly #settings: HistorySettings;
  readonly #table = new HoldingTable<T>();
  /** The latest holding of each address, which leads to those before it. */
  readonly #byAddress = new Map<string, Row>();
  /** Those that are over, with the time it was noticed, oldest first. */
  readonly #past = new Map<Row, number>();
  #gaps: readonly Gap[] = [];
  #forgotten = 0;

  constructor(settings: HistorySettings) {
    this.#settings = settings;
  }

  /** Past holdings that were dropped for age or want of room. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Newer word of a holder; `formerIps` are those that it had by the last word of it. */
  hold(holder: Holder<T>, nowUs: number, formerIps: readonly string[] = []): void {
    const former = formerIps.map((ip) => this.#find(ip, holder.key)).filter((row) => row !== undefined);
    // A pod's sandbox made anew (its node came back) has an address that the pod had not at the last word of it.
    const notBeforeUs = former.reduce((latest, row) => Math.max(latest, this.#table.get(row).toldUs), -Infinity);
    for (const ip of holder.ips) {
      const row = this.#find(ip, holder.key);
      if (row === undefined) this.#begin(holder, ip, nowUs, notBeforeUs);
      else if (this.#past.delete(row)) this.#table.set(row, resumed(this.#table.get(row), holder, nowUs));
      else this.#table.set(row, renewed(this.#table.get(row), holder, nowUs));
    }
    for (const row of former) if (!holder.ips.includes(this.#table.get(row).ip)) this.#end(row, nowUs, nowUs);
  }

  /** The holder is gone: these addresses are free since `nowUs` at the latest. */
  release(key: string, ips: readonly string[], nowUs: number, noticedUs = nowUs): void {
    for (const ip of ips) {
      const row = this.#find(ip, key);
      if (row !== undefined) this.#end(row, nowUs, noticedUs);
    }
  }

  /** When there are too many gaps, the two that lie first become one. */
  addGap(gap: Gap): void {
    const [first, second, ...others] = [...this.#gaps, gap];
    const isRoom = others.length < MAX_GAPS - 1;
    this.#gaps =
      isRoom || first === undefined || second === undefined
        ? [...this.#gaps, gap]
        : [{ sinceUs: first.sinceUs, untilUs: second.untilUs }, ...others];
  }

  at(ip: string, timeUs: number): Held<T> {
    const latest = this.#byAddress.get(ip);
    if (latest === undefined) return { kind: "never" };
    if (this.#gaps.some(({ sinceUs, untilUs }) => sinceUs <= timeUs && timeUs <= untilUs))
      return this.#surelyAmong(this.#holdings(latest), timeUs);
    // Nearly always an address has one holder, who lives.
    if (this.#table.earlierOf(latest) === undefined && this.#table.covers(latest, timeUs))
      return { kind: "held", by: this.#table.valueOf(latest) };
    return this.#among(this.#holdings(latest), timeUs);
  }

  /** What was last told of one of an address's holders. */
  valueOf(ip: string, key: string): T | undefined {
    const row = this.#find(ip, key);
    return row === undefined ? undefined : this.#table.valueOf(row);
  }

  /** Drops what is too old, and what there is no room for. */
  forgetOld(nowUs: number): void {
    const { maxAgeUs, maxPast } = this.#settings;
    for (const [row, goneUs] of this.#past) {
      if (this.#past.size <= maxPast && goneUs >= nowUs - maxAgeUs) return;
      this.#forget(row);
    }
  }

  #holdings(latest: Row): readonly Holding<T>[] {
    const rows = this.#table.chain(latest);
    return rows.map((row) => this.#table.get(row)).toArray();
  }

  #among(holdings: readonly Holding<T>[], timeUs: number): Held<T> {
    const { toleranceUs, graceUs, skewUs } = this.#settings;
    const found = holdingsAt(holdings, timeUs, { beforeUs: toleranceUs, afterUs: graceUs, skewUs });
    const [first] = found;
    if (first === undefined) return missed(holdings, timeUs);
    return found.length === 1 ? { kind: "held", by: first.value } : { kind: "ambiguous", by: byStart(found) };
  }

  /** In a gap somebody has to be known to have had the address: that nobody else is known to is no proof. */
  #surelyAmong(holdings: readonly Holding<T>[], timeUs: number): Held<T> {
    const { skewUs } = this.#settings;
    const found = holdingsAt(holdings, timeUs, { beforeUs: skewUs, afterUs: skewUs, skewUs });
    const [first] = found;
    if (first === undefined) return missed(holdings, timeUs);
    if (found.length > 1) return { kind: "ambiguous", by: byStart(found) };
    return { kind: isSure(first, timeUs, skewUs) ? "held" : "doubtful", by: first.value };
  }

  #find(ip: string, key: string): Row | undefined {
    return this.#table.chain(this.#byAddress.get(ip)).find((row) => this.#table.keyOf(row) === key);
  }

  /** One that ended without a word of when, and that nobody saw alive, holds nothing. */
  #begin({ key, value, life }: Holder<T>, ip: string, nowUs: number, notBeforeUs: number): void {
    const { untilUs } = life;
    if (untilUs === undefined) return;
    const fromUs = Math.max(life.fromUs, notBeforeUs);
    const holding = { key, ip, value, ...life, fromUs, untilUs, toldUs: nowUs };
    this.#byAddress.set(ip, this.#table.add(holding, this.#byAddress.get(ip)));
  }

  #end(row: Row, nowUs: number, noticedUs: number): void {
    const holding = this.#table.get(row);
    const untilUs = Math.min(holding.untilUs, nowUs);
    const surelyUntilUs = holding.isStaying ? -Infinity : holding.surelyUntilUs;
    this.#table.set(row, { ...holding, untilUs, surelyUntilUs, isStaying: false });
    this.#past.set(row, noticedUs);
    const past = [...this.#table.chain(this.#byAddress.get(holding.ip))].filter((other) => this.#past.has(other));
    const last = past.at(-1);
    if (past.length > this.#settings.maxPastOfAddress && last !== undefined) this.#forget(last);
  }

  #forget(row: Row): void {
    this.#past.delete(row);
    this.#forgotten += 1;
    const { ip } = this.#table.get(row);
    const latest = this.#byAddress.get(ip);
    const earlier = this.#table.earlierOf(row);
    if (latest !== row) {
      const later = this.#table.chain(latest).find((other) => this.#table.earlierOf(other) === row);
      if (later !== undefined) this.#table.link(later, earlier);
    } else if (earlier === undefined) this.#byAddress.delete(ip);
    else this.#byAddress.set(ip, earlier);
    this.#table.remove(row);
  }
}

/** Somebody who is back had it all the while. */
function resumed<T>(holding: Holding<T>, { value, life }: Holder<T>, nowUs: number): Holding<T> {
  return { ...holding, value, toldUs: nowUs, ...life, untilUs: life.untilUs ?? holding.untilUs };
}

/** Newer word of a holding that goes on, or of its end; one that ends without a word of when ends now. */
function renewed<T>(holding: Holding<T>, { value, life }: Holder<T>, nowUs: number): Holding<T> {
  const fromUs = Math.max(life.fromUs, holding.fromUs);
  const untilUs = life.untilUs ?? Math.min(holding.untilUs, nowUs);
  return { ...holding, value, toldUs: nowUs, ...life, fromUs, untilUs };
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
  return first === undefined ? { kind: "never" } : { kind: "later", by: first.value, fromUs: first.fromUs };
}

function byStart<T>(holdings: readonly Holding<T>[]): readonly T[] {
  return holdings.toSorted((a, b) => a.fromUs - b.fromUs).map(({ value }) => value);
}
