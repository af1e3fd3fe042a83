/** No link of a pod is faster than 100 Gbit/s: what that rules out did not happen. In octets a microsecond. */
const LINK_OCTETS_PER_US = 12_500;
const FIRST_WINDOW_OCTETS = 65_536;
const ALL_NUMBERS = 2 ** 32;
const HALF_OF_ALL = 0x7fffffff;

/** Octets that a link can have carried in this time. */
export function carriable(elapsedUs: number): number {
  return Math.max(0, elapsedUs) * LINK_OCTETS_PER_US;
}

/** Whether a sequence number can have gone all the way round in this time. */
export function canWrap(elapsedUs: number): boolean {
  return carriable(elapsedUs) >= ALL_NUMBERS;
}

/**
 * Whether a side whose initial sequence number is `initial` can have come to this number so soon. A forger
 * who cannot see the initial number has to guess it within what the link could have carried since.
 */
export function isWithinReach(number: number, initial: number, elapsedUs: number): boolean {
  return (number - initial - 1) >>> 0 <= Math.min(carriable(elapsedUs) + FIRST_WINDOW_OCTETS, HALF_OF_ALL);
}

/** Whether a number can be of a side that began at `initial` at all: a straggler of another connection has one far away. */
export function canBeOf(number: number, initial: number, elapsedUs: number): boolean {
  return (number - initial - 1) >>> 0 <= carriable(elapsedUs) + FIRST_WINDOW_OCTETS;
}
