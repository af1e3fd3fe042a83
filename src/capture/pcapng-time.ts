/**
 * Microseconds in `high * 2^32 + low` ticks. Exact, and cut, for 10^6 to 10^12 ticks a second, where a plain product
 * would lose the last digits of nanoseconds since 1970; to within a microsecond for every other resolution.
 */
export function ticksToUs(high: number, low: number, ticksPerSecond: number): number {
  const ticksPerUs = ticksPerSecond / 1_000_000;
  if (!Number.isInteger(ticksPerUs) || ticksPerUs > 1_000_000) return Math.round((high * 2 ** 32 + low) / ticksPerUs);
  const rest = high % ticksPerUs;
  return ((high - rest) / ticksPerUs) * 2 ** 32 + Math.floor((rest * 2 ** 32 + low) / ticksPerUs);
}

/** Keeps a time that a corrupt block made up within what a number holds exactly, the years 1970 to 2255. */
export function boundedTimeUs(timeUs: number): number {
  return Math.min(Math.max(timeUs, 0), Number.MAX_SAFE_INTEGER);
}
