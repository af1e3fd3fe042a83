import type { Fleet } from "./fleet.ts";

export interface Phase {
  readonly name: string;
  /** Of the agents' clocks. */
  readonly minutes: number;
  /** Connections that each pod opens in a minute. */
  readonly rate: number;
  /** What goes on meanwhile, and is waited for. */
  readonly meanwhile?: Promise<unknown>;
}

/** What of the agents' requests is about parts; the rest is the cluster's state. */
const PARTS = /networkprofiles/u;
const WRITES = /^patch networkprofiles/u;

/** Prints, phase by phase, what the agents ask of the API server and take of the machine, as Markdown. */
export class PhaseTable {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    const heads = ["time", "connections", "writes a minute", "of them for one node", "KiB a minute answered"];
    const costs = ["other requests", "CPU s of an agent: half, most", "MiB resident: half, most"];
    for (const cells of [[...heads, ...costs], [...heads, ...costs].map(() => "---")]) printRow(cells);
  }

  /** Parts that the API server was sent in it. */
  async pass({ name, rate, meanwhile, ...phase }: Phase): Promise<number> {
    const { members, api, clock } = this.#fleet;
    const fromMs = clock.nowMs();
    const [madeBefore, cpuBefore] = [this.#fleet.made, members.map(({ cpuSeconds }) => cpuSeconds)];
    api.counts.reset();
    await this.#fleet.pass(phase.minutes, rate);
    await meanwhile;
    if (rate > 0) await this.#fleet.settle();
    const minutes = (clock.nowMs() - fromMs) / 60_000;
    const parts = this.#countOf(PARTS);
    const { requests: writes } = this.#countOf(WRITES);
    const cpu = members.map(({ cpuSeconds }, place) => cpuSeconds - cpuBefore[place]!);
    const resident = members.flatMap(({ memory }) => memory?.resident ?? []);
    printRow([
      name,
      String(this.#fleet.made - madeBefore),
      (writes / minutes).toFixed(1),
      (writes / minutes / members.length).toFixed(2),
      (parts.bytes / minutes / 1024).toFixed(1),
      String(api.counts.total().requests - writes),
      halfAndMost(cpu, 2),
      halfAndMost(resident, 0),
    ]);
    return writes;
  }

  #countOf(pattern: RegExp): { readonly requests: number; readonly bytes: number } {
    const counts = Object.entries(this.#fleet.api.counts.all()).filter(([name]) => pattern.test(name));
    return counts.reduce(
      (sum, [, { requests, bytes }]) => ({ requests: sum.requests + requests, bytes: sum.bytes + bytes }),
      { requests: 0, bytes: 0 },
    );
  }
}

function halfAndMost(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)]?.toFixed(digits)}, ${sorted.at(-1)?.toFixed(digits)}`;
}

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
