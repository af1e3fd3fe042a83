import t from "tap";
import type { Edge } from "../../src/profile/edge.ts";
import { judgeLearned } from "../../src/profile/learned.ts";

function edgeSeen(connections: number, port: number): Edge {
  return {
    direction: "egress",
    peer: { type: "external", ip: "203.0.113.1" },
    protocol: "TCP",
    port,
    connections,
    bytes: null,
    outcomes: { established: connections },
    firstSeen: "2024-01-01T00:00:00Z",
    lastSeen: "2024-01-01T00:00:00Z",
    pods: [],
    nodes: [],
    resolution: "address",
  };
}

await t.test("the word grows with what was seen and with how seldom something new was", async (t) => {
  t.strictSame(judgeLearned([]), { word: "nothing observed", chanceOfNew: 1 });
  t.equal(judgeLearned([edgeSeen(50, 80)]).word, "learning");
  t.equal(judgeLearned([edgeSeen(1_000, 80)]).word, "settling");
  t.equal(judgeLearned([edgeSeen(50_000, 80)]).word, "learned");
});

await t.test("edges seen once raise the chance of new ones", async (t) => {
  const steady = judgeLearned([edgeSeen(10_000, 80)]);
  const scattered = judgeLearned([edgeSeen(8_000, 80), ...Array.from({ length: 2_000 }, (_, n) => edgeSeen(1, n))]);
  t.ok(scattered.chanceOfNew > steady.chanceOfNew + 0.19);
});

await t.test("the stated bound holds in at least 95 of 100 random workloads", async (t) => {
  const random = mulberry32(20_240_101);
  let held = 0;
  for (let run = 0; run < 100; run++) {
    const edges = Array.from({ length: 2 + Math.floor(random() * 200) }, () => random() ** 4);
    const draws = 20 + Math.floor(random() * 2_000);
    const seen = draw(edges, draws, random);
    if (missingMass(edges, seen) <= bound(seen)) held += 1;
  }
  t.ok(held >= 95, `held in ${held} of 100`);
});

type Seen = ReadonlyMap<number, number>;

/** How often each edge came in so many connections, drawn by weight. */
function draw(weights: readonly number[], draws: number, random: () => number): Seen {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const seen = new Map<number, number>();
  for (let n = 0; n < draws; n++) {
    let rest = random() * total;
    const at = weights.findIndex((weight) => (rest -= weight) < 0);
    seen.set(at, (seen.get(at) ?? 0) + 1);
  }
  return seen;
}

function missingMass(weights: readonly number[], seen: Seen): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce((sum, weight, at) => sum + (seen.has(at) ? 0 : weight), 0) / total;
}

function bound(seen: Seen): number {
  return judgeLearned([...seen].map(([port, count]) => edgeSeen(count, port))).chanceOfNew;
}

/** A small generator of pseudo-random numbers, evenly spread over [0, 1), so that the test always draws the same. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
