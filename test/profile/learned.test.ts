import t from "tap";
import { EdgeRecord } from "../../src/profile/edge-record.ts";
import type { Edge } from "../../src/profile/edge.ts";
import { judgeLearned } from "../../src/profile/learned.ts";
import { connection } from "../cluster/builders.ts";

const WEEK_MS = 7 * 86_400_000;

function edgeSeen(occasions: number, port: number): Edge {
  return {
    direction: "egress",
    peer: { type: "external", ip: "203.0.113.1" },
    protocol: "TCP",
    port,
    connections: occasions * 3,
    occasions,
    bytes: null,
    outcomes: { established: occasions * 3 },
    firstSeen: "2024-01-01T00:00:00Z",
    lastSeen: "2024-01-01T00:00:00Z",
    pods: [],
    nodes: [],
    resolution: "address",
  };
}

await t.test("the word grows with what was seen and with how seldom something new was", async (t) => {
  t.strictSame(judgeLearned([], WEEK_MS), { word: "nothing observed", chanceOfNew: 1 });
  t.equal(judgeLearned([edgeSeen(50, 80)], WEEK_MS).word, "learning");
  t.equal(judgeLearned([edgeSeen(1_000, 80)], WEEK_MS).word, "settling");
  t.equal(judgeLearned([edgeSeen(50_000, 80)], WEEK_MS).word, "learned");
});

await t.test("before a week was watched nothing is called learned, whatever the number", async (t) => {
  const { word, chanceOfNew } = judgeLearned([edgeSeen(50_000, 80)], WEEK_MS - 1);
  t.equal(word, "settling");
  t.equal(chanceOfNew, judgeLearned([edgeSeen(50_000, 80)], WEEK_MS).chanceOfNew);
});

await t.test("edges seen once raise the chance of new ones", async (t) => {
  const steady = judgeLearned([edgeSeen(10_000, 80)], WEEK_MS);
  const scattered = [edgeSeen(8_000, 80), ...Array.from({ length: 2_000 }, (_, n) => edgeSeen(1, n))];
  t.ok(judgeLearned(scattered, WEEK_MS).chanceOfNew > steady.chanceOfNew + 0.19);
});

const identity = { direction: "egress", peer: { type: "external", ip: "203.0.113.1" }, protocol: "TCP" } as const;
const witness = { pod: "web-0", node: "n0", resolution: "address", names: [], claimedNames: [] } as const;

await t.test("connections within a minute are one occasion, also over a restart", async (t) => {
  const record = new EdgeRecord({ ...identity, port: 80 });
  for (const start of ["12:00:00", "12:00:01", "12:00:59", "12:01:00", "12:00:30", "12:03:00"])
    record.count(connection("10.0.0.1:40000", "203.0.113.1:80", { start }), witness);
  t.equal(record.toEdge().occasions, 3);
  const restored = EdgeRecord.restore(record.toEdge());
  restored.count(connection("10.0.0.1:40000", "203.0.113.1:80", { start: "12:03:30" }), witness);
  restored.count(connection("10.0.0.1:40000", "203.0.113.1:80", { start: "12:05:00" }), witness);
  t.equal(restored.toEdge().occasions, 4);
});

await t.test("an edge of an earlier store has as many occasions as there was time for", async (t) => {
  const { occasions: _, ...old } = edgeSeen(100, 80);
  const inThreeMinutes = { ...old, lastSeen: "2024-01-01T00:03:30Z" };
  t.equal(EdgeRecord.restore(inThreeMinutes).toEdge().occasions, 4);
  t.equal(EdgeRecord.restore({ ...inThreeMinutes, connections: 2 }).toEdge().occasions, 2);
});
