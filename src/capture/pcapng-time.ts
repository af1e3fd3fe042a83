/**
 * Microseconds in `high * 2^32 + low` ticks, cut. Exact for every resolution: by plain numbers for 10^6 to 10^12 ticks
 * a second, which is what is written in earnest, and by a detour over big integers for every other.
 */
export function ticksToUs(high: number, low: number, ticksPerSecond: number): number {
  const ticksPerUs = ticksPerSecond / 1_000_000;
  if (!Number.isInteger(ticksPerUs) || ticksPerUs > 1_000_000) return ticksToUsByBigInt(high, low, ticksPerSecond);
  const rest = high % ticksPerUs;
  return ((high - rest) / ticksPerUs) * 2 ** 32 + Math.floor((rest * 2 ** 32 + low) / ticksPerUs);
}

function ticksToUsByBigInt(high: number, low: number, ticksPerSecond: number): number {
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  return Number((ticks * 1_000_000n) / BigInt(ticksPerSecond));
}

/** Keeps a time that a corrupt block made up within what a number holds exactly, the years 1970 to 2255. */
export function boundedTimeUs(timeUs: number): number {
  return Math.min(Math.max(timeUs, 0), Number.MAX_SAFE_INTEGER);
}
