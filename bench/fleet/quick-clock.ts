/**
 * Loaded before an agent (`--import`): its clock runs so many times as fast as the machine's from a moment on that all
 * share, and what waits by it waits the less. What comes and goes on sockets keeps its time.
 */
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import { quickClockFrom } from "./sped-up.ts";

/** What ticks is not to take all the time that there is. */
const SHORTEST_MS = 50;

const clock = quickClockFrom(process.env);
const { setTimeout: later, setInterval: again } = globalThis;
const { setTimeout: sleep } = timers;

Date.now = () => Math.floor(clock.nowMs());
globalThis.setTimeout = sped(later) as typeof setTimeout;
globalThis.setInterval = sped(again);
timers.setTimeout = (ms = 0, ...rest) => sleep(sooner(ms), ...rest);
syncBuiltinESMExports();

function sooner(ms: number): number {
  return Math.min(ms, Math.max(SHORTEST_MS, ms / clock.speed));
}

type Timer = (work: () => void, ms?: number, ...rest: unknown[]) => NodeJS.Timeout;

function sped(timer: Timer): Timer {
  return (work, ms = 0, ...rest) => timer(work, sooner(ms), ...rest);
}
