import type { LiveSession } from "./live-session.ts";

/** What all rings may take together, but for the smallest rings that each session past it still gets. */
const ALL_OCTETS = 32 * 1024 * 1024;
const LARGEST_OCTETS = 4 * 1024 * 1024;
/** libpcap makes blocks of 256 KiB (MAXIMUM_SNAPLEN), and a ring has at least one. */
const BLOCK_OCTETS = 256 * 1024;

/**
 * The next ring's size: an eighth of what is left, so that the first have room for a burst and hundreds of
 * interfaces still cost no more than 32 MiB and a block each.
 */
export function nextRingOctets(open: Iterable<Pick<LiveSession, "ringOctets">>): number {
  let left = ALL_OCTETS;
  for (const { ringOctets } of open) left -= ringOctets;
  const share = Math.floor(left / 8 / BLOCK_OCTETS) * BLOCK_OCTETS;
  return Math.min(Math.max(share, BLOCK_OCTETS), LARGEST_OCTETS);
}
