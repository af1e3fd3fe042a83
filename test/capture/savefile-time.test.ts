import * as fc from "fast-check";
import t from "tap";
import { boundedTimeUs, ticksToUs } from "../../src/capture/pcapng-time.ts";

/** Ticks of the years 1970 to 2255. */
function ticksBefore(ticksPerSecond: bigint) {
  const last = (9_007_199_254n * ticksPerSecond) & 0xffff_ffff_ffff_ffffn;
  return fc.bigInt({ min: 0n, max: last });
}

function fromTicks(ticks: bigint, ticksPerSecond: bigint): number {
  return ticksToUs(Number(ticks >> 32n), Number(ticks & 0xffffffffn), Number(ticksPerSecond));
}

await t.test("from microseconds to picoseconds nothing is lost but what is finer than a microsecond", async (test) => {
  const isExact = fc.property(
    fc.integer({ min: 6, max: 12 }),
    fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }),
    (digits, us) => {
      const ticksPerSecond = 10n ** BigInt(digits);
      const ticks = BigInt.asUintN(64, (us * ticksPerSecond) / 1_000_000n + (ticksPerSecond / 1_000_000n - 1n));
      return fromTicks(ticks, ticksPerSecond) === Number((ticks * 1_000_000n) / ticksPerSecond);
    },
  );
  test.doesNotThrow(() => fc.assert(isExact));
});

await t.test("every other resolution is exact as well", async (test) => {
  const decimal = fc.constantFrom(0n, 1n, 2n, 3n, 4n, 5n, 13n, 16n, 19n).map((exponent) => 10n ** exponent);
  const binary = fc.integer({ min: 0, max: 63 }).map((exponent) => 2n ** BigInt(exponent));
  const rateAndTicks = fc.oneof(decimal, binary).chain((rate) => fc.tuple(fc.constant(rate), ticksBefore(rate)));
  const isExact = fc.property(rateAndTicks, ([ticksPerSecond, ticks]) => {
    return fromTicks(ticks, ticksPerSecond) === Number((ticks * 1_000_000n) / ticksPerSecond);
  });
  test.doesNotThrow(() => fc.assert(isExact));
});

await t.test("times are kept where numbers are exact", async (test) => {
  test.strictSame([-5, 5, 2 ** 60].map(boundedTimeUs), [0, 5, Number.MAX_SAFE_INTEGER]);
});
