const STEPS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
] as const;

/** A time as tables show it, `5m12s`: two units at most, and whole days from the second on. */
export function ageOf(timestamp: unknown, nowMs: number): string {
  if (typeof timestamp !== "string") return "<unknown>";
  return durationText(Math.max(0, Math.floor((nowMs - Date.parse(timestamp)) / 1000)));
}

export function durationText(seconds: number): string {
  const place = STEPS.findIndex(([, size]) => seconds >= 2 * size || (seconds >= size && size === 1));
  const [unit, size] = STEPS[place] ?? ["s", 1];
  const whole = `${Math.floor(seconds / size)}${unit}`;
  const next = STEPS[place + 1];
  if (next === undefined || seconds >= 8 * size) return whole;
  const rest = Math.floor((seconds % size) / next[1]);
  return rest === 0 ? whole : `${whole}${rest}${next[0]}`;
}
