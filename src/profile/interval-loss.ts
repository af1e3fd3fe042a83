import type { CaptureStatus } from "../flow/connection.ts";

/** What counts of a capture, over the time between two of its statuses. */
export type Counts = Pick<CaptureStatus, "packets" | "dropped" | "sampledOut" | "overflowed" | "evicted">;

/** Packets of a TCP connection by which it is known: SYN, SYN+ACK, and a FIN of each side. To lose one may lose it. */
const PACKETS_NEEDED = 4;
/** Of an interval in which as good as all was lost nothing tells how much that was. */
const MAX_SHARE = 0.99;

/**
 * How many connections an interval may have lost in which `told` were told: as many as the share of packets that were
 * dropped or left out makes likely, of one connection at least, and one for each event or connection that found no
 * room. The share of connections is that of packets where they were sampled, for a connection is followed or left out
 * as a whole; where the kernel dropped them, each connection had four to lose.
 */
export function lostConnections({ packets, dropped, sampledOut, overflowed, evicted }: Counts, told: number): number {
  const all = packets + sampledOut + dropped;
  if (all === 0) return overflowed + evicted;
  const kept = (1 - dropped / all) ** PACKETS_NEEDED * (1 - sampledOut / all);
  const share = Math.min(1 - kept, MAX_SHARE);
  return (Math.max(told, 1) * share) / (1 - share) + overflowed + evicted;
}
