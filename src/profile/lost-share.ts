import { type Losses, lostOf, type Window } from "./observed-window.ts";

/** What of a workload was seen, and through what. */
export interface View {
  readonly window: Window;
  readonly nodes: { readonly seen: number; readonly expected: number };
  /** Of the workload itself: connections counted, and those that found no room in its profile. */
  readonly connections: number;
  readonly overflowed: number;
}

/**
 * The share of what a workload did that can't be in its profile, as far as anybody knows, from 0 to 1: done on nodes
 * without word, while nobody watched, lost on the way, or without room. Taken as if each came by itself, and as if
 * time, nodes and losses met this workload as they meet the others.
 */
export function lostShare({ window, nodes, connections, overflowed }: View): number {
  const shares = [
    partOf(nodes.expected - nodes.seen, nodes.expected),
    unwatchedShare(window),
    lostOnTheWay(window.losses, connections),
    partOf(overflowed, overflowed + connections),
  ];
  return 1 - shares.reduce((kept, share) => kept * (1 - share), 1);
}

function unwatchedShare({ sinceUs, untilUs, losses }: Window): number {
  if (sinceUs === null || untilUs === null) return 0;
  return partOf(losses?.unwatchedUs ?? 0, untilUs - sinceUs);
}

function lostOnTheWay(losses: Losses | null, own: number): number {
  if (losses === null) return 0;
  const lost = lostOf(losses);
  return partOf(lost, lost + Math.max(losses.told ?? 0, own));
}

function partOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}
