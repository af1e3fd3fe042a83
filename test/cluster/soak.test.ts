import t from "tap";
import { heapAfterCollection } from "./churn/heap-after-collection.ts";
import { FastMotion } from "./churn/fast-motion.ts";

const TENTHS = 10;
const STEPS = 200;
/** A week in so many steps. */
const stepMs = (7 * 86_400_000) / (TENTHS * STEPS);

await t.test("a week of churn leaves nothing behind, and nobody with another's name", async (t) => {
  const world = new FastMotion({ pods: 200, podsPerWorkload: 10, stepMs, rollOutEvery: 50, nodeEvery: 40 });
  const heaps: number[] = [];
  for (let tenth = 0; tenth < TENTHS; tenth += 1) {
    for (let step = 0; step < STEPS; step += 1) world.step();
    heaps.push(heapAfterCollection());
  }
  t.equal(world.wrong(), 0);
  t.equal(world.state.podCount, 200);
  const [first = 0, ...later] = heaps;
  // What V8 compiles meanwhile is in it too.
  t.ok(Math.max(...later) < first + 1024 * 1024, `octets after each tenth: ${heaps.join(" ")}`);
});
