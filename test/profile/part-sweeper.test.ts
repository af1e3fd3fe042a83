import t from "tap";
import { chosenNode, LOST_NODE_MS, MAX_LOST_PARTS, PartSweeper } from "../../src/profile/part/part-sweeper.ts";
import { GONE_WORKLOAD_MS } from "../../src/profile/part/part-publisher.ts";
import { shop } from "./shop.ts";

const NOW_MS = Date.parse("2026-06-01T00:00:00Z");
const DAY_MS = 86_400_000;
const cluster = shop();

function object(name: string, { node = "n1", workload = "javaapp", ageMs = 0, isRuling = false } = {}): object {
  const time = new Date(NOW_MS - ageMs).toISOString();
  const written = isRuling ? {} : { written: time };
  return {
    metadata: { namespace: "shop", name, creationTimestamp: time },
    spec: { node, workload: { kind: "Deployment", name: workload }, ...written },
  };
}

function swept(...objects: readonly object[]): readonly string[] {
  const sweeper = new PartSweeper({ node: "n1", cluster, nowMs: () => NOW_MS });
  sweeper.begin();
  for (const one of objects) sweeper.look(one as Record<string, unknown>);
  sweeper.end();
  const names: string[] = [];
  for (let write = sweeper.next(); write !== undefined; write = sweeper.next()) {
    names.push(write.place.name);
    write.onDone();
  }
  return names;
}

await t.test("parts expire with their workload, and some weeks after their node; others never", (t) => {
  const long = 10 * LOST_NODE_MS;
  t.strictSame(
    swept(
      object("settled", { ageMs: long }),
      object("lost-lately", { node: "lost", ageMs: LOST_NODE_MS - 1 }),
      object("lost-long-ago", { node: "lost", ageMs: LOST_NODE_MS + 1 }),
      object("gone-lately", { workload: "gone", ageMs: GONE_WORKLOAD_MS - 1 }),
      object("gone-long-ago", { workload: "gone", ageMs: GONE_WORKLOAD_MS + 1 }),
      object("ruled-on-a-lost-node", { node: "lost", ageMs: long, isRuling: true }),
      object("ruled-of-what-is-gone", { workload: "gone", ageMs: long, isRuling: true }),
      { metadata: {}, spec: { node: "later version" } },
    ),
    ["lost-long-ago", "gone-long-ago", "ruled-of-what-is-gone"],
  );
  t.end();
});

await t.test("a ruling is as old as what was ruled last in it", (t) => {
  const old = { workload: "gone", ageMs: 2 * GONE_WORKLOAD_MS, isRuling: true };
  const lately = new Date(NOW_MS - 1000).toISOString();
  const ruled = (name: string, what: object): object => {
    const { spec, ...rest } = object(name, old) as { spec: object };
    return { ...rest, spec: { ...spec, ...what } };
  };
  t.strictSame(
    swept(
      ruled("decided-lately", { decided: lately }),
      ruled("forgotten-lately", { forgotten: [{ at: "2026-01-01T00:00:00Z" }, { at: lately }] }),
      ruled("ruled-long-ago", { decided: "2026-01-01T00:00:00Z", forgotten: [{ at: "2026-01-02T00:00:00Z" }] }),
    ),
    ["ruled-long-ago"],
  );
  t.end();
});

await t.test("where nodes come and go, the newest parts of lost nodes are kept", (t) => {
  const lost = Array.from({ length: MAX_LOST_PARTS + 2 }, (_, place) =>
    object(`lost-${place}`, { node: `lost-${place}`, ageMs: ((place * 7) % (MAX_LOST_PARTS + 2)) * 1000 }),
  );
  t.equal(swept(...lost).length, 2);
  t.ok(swept(...lost).every((name) => (Number(name.slice(5)) * 7) % (MAX_LOST_PARTS + 2) >= MAX_LOST_PARTS));
  t.end();
});

await t.test("one node's agent has its turn a day, and all agree which", (t) => {
  const nodes = Array.from({ length: 10 }, (_, place) => `node-${place}`);
  const days = Array.from({ length: 300 }, (_, day) => chosenNode(nodes, day));
  t.equal(new Set(days).size, 10, "each in time");
  t.strictSame(
    days,
    days.map((_, day) => chosenNode([...nodes].reverse(), day)),
  );
  t.equal(chosenNode([], 0), undefined, "nobody where nodes may not be read");
  let nowMs = NOW_MS;
  const sweepers = ["n1", "n2"].map((node) => new PartSweeper({ node, cluster, nowMs: () => nowMs }));
  for (let day = 0; day < 5; day += 1) {
    const [turn, ...others] = sweepers.filter(({ isTurn }) => isTurn);
    t.strictSame(others, []);
    turn?.begin();
    turn?.end();
    t.notOk(
      sweepers.some(({ isTurn }) => isTurn),
      "once",
    );
    nowMs += DAY_MS;
  }
  t.end();
});
