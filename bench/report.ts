import type { Measured, Traffic } from "./measure.ts";
import type { SavefileSpeed } from "./savefile-speed.ts";
import type { StreamPair } from "./stream.ts";

/** The tables of docs/performance.md, as Markdown. */
export function showTraffic(traffic: Traffic, measured: readonly Measured[]): string {
  const [tcpdump, softflowd, argus] = measured.map(cpu);
  const rows = measured.map((one) => [
    one.name,
    one.processes.map(({ cpuSeconds }) => cpuSeconds.toFixed(2)).join(" + "),
    ...[tcpdump, softflowd, argus].map((other) => (cpu(one) / other!).toFixed(2)),
    one.processes.map(({ peakMebibytes }) => peakMebibytes.toFixed(0)).join(" + "),
    String(one.dropped ?? "not told"),
    String(one.told ?? ""),
  ]);
  const heads = ["listener", "CPU s", "of tcpdump", "of softflowd", "of argus", "peak MiB", "dropped", "told"];
  return `${traffic.name}: ${traffic.packets} packets at ${traffic.packetsPerSecond} a second\n\n${table(heads, rows)}`;
}

export function showStream(pairs: readonly StreamPair[]): string {
  const without = median(pairs.map((pair) => pair.without));
  const beside = median(pairs.map((pair) => pair.beside));
  return `iperf3, ${pairs.length} pairs: median ${without.toFixed(1)} Gbit/s without weir, ${beside.toFixed(1)} beside it, ratio ${(beside / without).toFixed(3)}\n`;
}

export function showSavefile({ name, packets }: { name: string; packets: number }, speed: SavefileSpeed): string {
  const millions = packets / speed.seconds / 1e6;
  return `weir flows, ${name}: ${packets} packets in ${speed.seconds.toFixed(2)} s, ${millions.toFixed(2)} million a second, peak ${speed.peakMebibytes.toFixed(0)} MiB\n`;
}

function cpu({ processes }: Measured): number {
  return processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = heads.map((_, index) => (index === 0 ? "---" : "--:"));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
