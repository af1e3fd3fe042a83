import { AddressRows } from "./address-rows.ts";
import { type Gap, Gaps } from "./gaps.ts";
import { type Held, heldAmong, NEVER_HELD, surelyHeldAmong } from "./held.ts";
import type { HistorySettings } from "./history-settings.ts";
import type { Holding } from "./holding.ts";
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

/** Who has which address, and who had it. */
export class AddressHistory<T> {
  readonly #settings: HistorySettings;
  readonly #table = new HoldingTable<T>();
  /** The latest holding of each address, which leads to those before it. */
  readonly #byAddress = new AddressRows();
  /** Those that are over, with the time it was noticed, oldest first. */
  readonly #past = new Map<Row, number>();
  readonly #gaps = new Gaps();
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

  /** Within a gap nobody is named but who is known to have had the address. */
  addGap(gap: Gap): void {
    this.#gaps.add(gap);
  }

  /**
   * Whoever is the only one that had the address as far as is known, and had it at that moment: nearly always there is
   * one. Says the same as `at`, and makes nothing for it.
   */
  onlyHolderAt(ip: string, timeUs: number): T | undefined {
    const row = this.#byAddress.get(ip);
    return row !== undefined && this.#isOnlyAt(row, timeUs) ? this.#table.valueOf(row) : undefined;
  }

  at(ip: string, timeUs: number): Held<T> {
    const latest = this.#byAddress.get(ip);
    if (latest === undefined) return NEVER_HELD;
    if (this.#isOnlyAt(latest, timeUs)) return { kind: "held", by: this.#table.valueOf(latest) };
    const holdings = this.#holdings(latest);
    if (this.#gaps.hold(timeUs)) return surelyHeldAmong(holdings, timeUs, this.#settings.skewUs);
    return heldAmong(holdings, timeUs, this.#settings);
  }

  /** What was last told of one of an address's holders. */
  valueOf(ip: string, key: string): T | undefined {
    const row = this.#find(ip, key);
    return row === undefined ? undefined : this.#table.valueOf(row);
  }

  /** Another value for one of an address's holders, of whom nothing new was told. */
  setValue(ip: string, key: string, value: T): void {
    const row = this.#find(ip, key);
    if (row !== undefined) this.#table.setValue(row, value);
  }

  /** Drops what is too old, and what there is no room for. */
  forgetOld(nowUs: number): void {
    const { maxAgeUs, maxPast } = this.#settings;
    for (const [row, goneUs] of this.#past) {
      if (this.#past.size <= maxPast && goneUs >= nowUs - maxAgeUs) return;
      this.#forget(row);
    }
  }

  #isOnlyAt(row: Row, timeUs: number): boolean {
    return this.#table.isOnlyAt(row, timeUs) && !this.#gaps.hold(timeUs);
  }

  #holdings(latest: Row): readonly Holding<T>[] {
    const rows = this.#table.chain(latest);
    return rows.map((row) => this.#table.get(row)).toArray();
  }

  #find(ip: string, key: string): Row | undefined {
    for (let row = this.#byAddress.get(ip); row !== undefined; row = this.#table.earlierOf(row))
      if (this.#table.keyOf(row) === key) return row;
    return undefined;
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
