import { setInterval } from "node:timers/promises";

/** Does something again and again, one at a time, and goes on when it fails: `n` counts from 1. */
export async function every(ms: number, act: (n: number) => Promise<void>): Promise<never> {
  let n = 0;
  for await (const _ of setInterval(ms)) {
    n += 1;
    await act(n).catch((error: unknown) => console.log(error instanceof Error ? error.message : error));
  }
  throw new Error("an interval has no end");
}
