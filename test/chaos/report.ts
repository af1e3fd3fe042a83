import type { DamageResult } from "./damaged-stores.ts";
import type { DiskResult } from "./disk-rounds.ts";
import type { FedResult } from "./fed-rounds.ts";
import type { LiveResult } from "./live-rounds.ts";

/** A line of the table, and what was wrong. */
export interface Row {
  readonly fault: string;
  readonly tries: number;
  readonly lost: string;
  readonly whole: string;
  readonly faults: readonly string[];
}

export function fedRow({ kills, checked, faults, wholeMs }: FedResult): Row {
  const lost = `${count(faults)} of ${checked.toLocaleString("en")} edges, decisions and forgettings that had been shown or were a second old`;
  return { fault: "agent killed under load", tries: kills, lost, whole: duration(wholeMs), faults };
}

/** `suffix` says under which circumstances. */
export function liveRows(result: LiveResult, suffix: string): readonly Row[] {
  const { agentKills, captureKills, backMs, goneMs, faults, made, learned, said } = result;
  const unseen = `${made - learned} of ${made} connections, each within ${said?.unwatchedSeconds ?? 0} s that the profile says nobody watched`;
  const of = (words: string): readonly string[] => faults.filter((fault) => fault.startsWith(words));
  const lost = suffix === "" ? `nothing shown; ${unseen}` : "nothing shown";
  return [
    { fault: `capture killed${suffix}`, tries: captureKills, lost, whole: duration(backMs), faults },
    {
      fault: `agent killed${suffix}: its capture ends`,
      tries: agentKills,
      lost: of("lost").length === 0 ? "nothing shown" : count(of("lost")),
      whole: duration(goneMs),
      faults: [],
    },
  ];
}

export function diskRow(fault: string, { tries, checked, faults, wholeMs }: DiskResult): Row {
  return { fault, tries, lost: `${count(faults)} of ${checked} edges`, whole: duration(wholeMs), faults };
}

export function damageRow({ name, tries, whole, lostPercent, wholeMs, faults }: DamageResult): Row {
  const rest = tries === whole ? "" : `; of the other ${tries - whole}, ${lostPercent.toFixed(1)} % of the edges`;
  const lost = `nothing of ${whole} stores${rest}`;
  return { fault: `store damaged: ${name}`, tries, lost, whole: duration(wholeMs), faults };
}

/** As Markdown. */
export function table(rows: readonly Row[]): string {
  const head = [
    "| fault | times | lost | until whole again: half of the times, at most |",
    "| --- | --- | --- | --- |",
  ];
  return [...head, ...rows.map(({ fault, tries, lost, whole }) => `| ${fault} | ${tries} | ${lost} | ${whole} |`)].join(
    "\n",
  );
}

function count(faults: readonly string[]): string {
  return faults.length === 0 ? "none" : String(faults.length);
}

function duration(allMs: readonly number[]): string {
  const sorted = [...allMs].sort((a, b) => a - b);
  return `${inWords(sorted[Math.floor(sorted.length / 2)])}, ${inWords(sorted.at(-1))}`;
}

function inWords(ms: number | undefined): string {
  if (ms === undefined) return "never";
  return ms < 100 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
