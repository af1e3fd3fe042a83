import { sumLosses, type Losses, type OlderConnections, type Window } from "../observed-window.ts";

/** How long somebody watched, in milliseconds, without the times between captures. */
export function watchedMsOf({ sinceUs, untilUs, losses }: Window): number {
  if (sinceUs === null || untilUs === null) return 0;
  return Math.max(0, (untilUs - sinceUs - (losses?.unwatchedUs ?? 0)) / 1000);
}

/**
 * What several nodes were seen through, as one: from the first beginning to the last end, with all that was lost on
 * any of them. The time that nobody watched is that of the node which watched least, not a sum over nodes.
 */
export function mergeWindows(windows: readonly Window[]): Window {
  return {
    sinceUs: extreme(windows, ({ sinceUs }) => sinceUs, Math.min),
    untilUs: extreme(windows, ({ untilUs }) => untilUs, Math.max),
    losses: windows.map(({ losses }) => losses).reduce(addLosses, null),
    older: windows.map(({ older }) => older).reduce(worse, null),
  };
}

function extreme(
  windows: readonly Window[],
  timeOf: (window: Window) => number | null,
  choose: (...times: readonly number[]) => number,
): number | null {
  const times = windows.map(timeOf).filter((time) => time !== null);
  return times.length === 0 ? null : times.reduce((a, b) => choose(a, b));
}

/** What nobody watched is what the one that was blind for longest did not. */
function addLosses(a: Losses | null, b: Losses | null): Losses | null {
  const sum = sumLosses(a, b);
  if (sum === null || a === null || b === null) return sum;
  return { ...sum, unwatchedUs: Math.max(a.unwatchedUs, b.unwatchedUs) };
}

const CONNTRACK = ["none", "part", "whole"] as const;

/** Of the older connections as much is known as where least was done to know them. */
function worse(a: OlderConnections | null, b: OlderConnections | null): OlderConnections | null {
  if (a === null || b === null) return a ?? b;
  const [least, other] = rank(a) <= rank(b) ? [a, b] : [b, a];
  return {
    ...least,
    connections: least.connections + other.connections,
    listenedSeconds: Math.min(least.listenedSeconds, other.listenedSeconds),
    cutShort: least.cutShort + other.cutShort,
  };
}

function rank({ conntrack }: OlderConnections): number {
  return CONNTRACK.indexOf(conntrack);
}
