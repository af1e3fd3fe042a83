import { setTimeout as pause } from "node:timers/promises";

const withinMs = 30_000;

/** Asks again and again until the answer is not undefined. Throws where that takes half a minute. */
export async function eventually<Value>(what: string, ask: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const value = await ask();
    if (value !== undefined) return value;
    await pause(50);
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`);
}
