type TookMs = Readonly<Record<string, readonly number[]>>;

const SHARES = [0.5, 0.95, 0.99];

/** As Markdown, the slowest endpoint first; `alone` is the CPU of one answer by itself, milliseconds. */
export function latencyTable(tookMs: TookMs, alone: ReadonlyMap<string, number>): string {
  const rows = Object.entries(tookMs)
    .map(([endpoint, took]) => ({ endpoint, took, percentiles: SHARES.map((share) => percentile(took, share)) }))
    .sort((a, b) => b.percentiles.at(-1)! - a.percentiles.at(-1)!);
  const all = Object.values(tookMs).flat();
  const total = { endpoint: "all", took: all, percentiles: SHARES.map((share) => percentile(all, share)) };
  const lines = [...rows, total].map(({ endpoint, took, percentiles }) =>
    [
      endpoint,
      took.length,
      ...percentiles.map((ms) => ms.toFixed(1)),
      Math.max(...took).toFixed(1),
      alone.get(endpoint)?.toFixed(1) ?? "",
    ].join(" | "),
  );
  const head =
    "| endpoint | answers | p50 ms | p95 ms | p99 ms | most ms | CPU ms alone |\n| --- | --: | --: | --: | --: | --: | --: |";
  return [head, ...lines.map((line) => `| ${line} |`)].join("\n");
}

/** Of all answers together, milliseconds within which 99 of a hundred came. */
export function p99(tookMs: TookMs): number {
  return percentile(Object.values(tookMs).flat(), 0.99);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
