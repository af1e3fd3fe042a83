import { setTimeout as pause } from "node:timers/promises";

const tickMs = 5;

export interface Pace {
  readonly count: number;
  readonly perSecond: number;
  /** So many at once at most: a machine that is too slow for the rate is paced by this, and nothing piles up. */
  readonly atOnce: number;
}

/** Starts `one` so many times at an even rate; resolves with all that they gave, and how long the starting took. */
export async function pace<Value>(
  { count, perSecond, atOnce }: Pace,
  one: (n: number) => Promise<Value>,
): Promise<{ readonly values: Value[]; readonly startingMs: number }> {
  const running: Promise<Value>[] = [];
  let inFlight = 0;
  const beganMs = performance.now();
  while (running.length < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - beganMs) / 1000) * perSecond));
    while (running.length < due && inFlight < atOnce) {
      inFlight += 1;
      const value = one(running.length).finally(() => {
        inFlight -= 1;
      });
      running.push(value);
    }
    await pause(tickMs);
  }
  const startingMs = performance.now() - beganMs;
  return { values: await Promise.all(running), startingMs };
}
