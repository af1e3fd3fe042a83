/**
 * Parts come in any order, more than once, in groups, late and from nodes that are gone: what they say together does
 * not depend on that, and is what one observer of everything would have counted.
 */
import * as fc from "fast-check";
import t from "tap";
import { EdgeRecord, type EdgeIdentity } from "../../src/profile/edge-record.ts";
import { type Edge, edgeKey } from "../../src/profile/edge.ts";
import { isMeant } from "../../src/profile/forgetting.ts";
import { mergeEdges } from "../../src/profile/part/merge-edges.ts";
import { mergeParts, mergeShelves } from "../../src/profile/part/merge-parts.ts";
import { MergedShelves } from "../../src/profile/part/merged-shelves.ts";
import { type Part, partKey } from "../../src/profile/part/part.ts";
import { PartSet } from "../../src/profile/part/part-set.ts";
import { connection } from "../cluster/builders.ts";
import { workload } from "./shop.ts";

const ref = workload("shop", "javaapp");
const NODES = ["n1", "n2", "n3"];
const START_US = Date.parse("2026-01-01T00:00:00Z") * 1000;
const MINUTE_US = 60_000_000;

/** One connection of the workload: which edge, on which node, in which minute. */
interface Seen {
  readonly edge: EdgeIdentity;
  readonly node: string;
  readonly minute: number;
  readonly octets: number | null;
}

const edge: fc.Arbitrary<EdgeIdentity> = fc.record({
  direction: fc.constantFrom("ingress" as const, "egress" as const),
  protocol: fc.constantFrom("TCP" as const, "UDP" as const),
  port: fc.constantFrom(80, 443),
  peer: fc.constantFrom(
    { type: "workload" as const, ...workload("shop", "jclient") },
    { type: "external" as const, ip: "203.0.113.9" },
  ),
});

const seen: fc.Arbitrary<Seen> = fc.record({
  edge,
  node: fc.constantFrom(...NODES),
  minute: fc.nat(5),
  octets: fc.option(fc.nat(1000)),
});

function edgesOf(all: readonly Seen[]): readonly Edge[] {
  const records = new Map<string, EdgeRecord>();
  for (const { edge: own, node, minute, octets } of [...all].sort((a, b) => a.minute - b.minute)) {
    const record = records.get(edgeKey(own)) ?? new EdgeRecord(own);
    records.set(record.key, record);
    const startUs = START_US + minute * MINUTE_US;
    const bytes = octets === null ? null : { toServer: octets, toClient: 2 * octets, exact: octets % 2 === 0 };
    const counted = { ...connection("10.0.0.1:40000", "10.0.0.2:80"), startUs, endUs: startUs + 1, bytes };
    const names = [`${node}.example`];
    record.count(counted, { pod: `pod-of-${node}`, node, resolution: "address", names, claimedNames: ["x.example"] });
    record.addBytes(counted);
  }
  return [...records.values()].map((record) => record.toEdge());
}

function part(node: string, edges: readonly Edge[], rest: Partial<Part> = {}): Part {
  const window = { sinceUs: START_US, untilUs: START_US + MINUTE_US, losses: null, older: null };
  const own = { workload: ref, node, observer: `store-of-${node}`, writtenMs: 0, window };
  return { ...own, edges, failed: [], overflowed: 0, forgotten: [], ...rest };
}

const tombstone = fc.record({ workload: fc.constant(ref), atMs: fc.nat(10) });

const anyPart: fc.Arbitrary<Part> = fc
  .record({
    node: fc.constantFrom(...NODES, "lost"),
    observer: fc.constantFrom("store-a", "store-b"),
    writtenMs: fc.nat(3),
    all: fc.array(seen, { maxLength: 4 }),
    forgotten: fc.array(tombstone, { maxLength: 1 }),
  })
  .map(({ all, node, ...rest }) => part(node, edgesOf(all), rest));

const isThere = (node: string): boolean => NODES.includes(node);

function byKey(edges: readonly Edge[]): readonly Edge[] {
  return edges.toSorted((a, b) => (edgeKey(a) < edgeKey(b) ? -1 : 1));
}

function said(set: PartSet): unknown {
  const { nodes, ...rest } = mergeParts(set.of(ref), { isThere, forgotten: [] });
  return { ...rest, edges: byKey(rest.edges), nodes: [...nodes].sort() };
}

await t.test("it makes no difference in what order, how often and in what groups parts come", (t) => {
  const parts = fc.array(anyPart, { maxLength: 6 });
  fc.assert(
    fc.property(parts, parts, parts, (a, b, c) => {
      const [one, two, three] = [a, b, c].map((each) => PartSet.of(each)) as [PartSet, PartSet, PartSet];
      t.strictSame(said(one.union(two)), said(two.union(one)), "commutative");
      t.strictSame(said(one.union(two).union(three)), said(one.union(two.union(three))), "associative");
      t.strictSame(said(one.union(one)), said(one), "idempotent");
      t.strictSame(said(PartSet.of([...a].reverse())), said(one), "whatever comes first");
    }),
    { numRuns: 50 },
  );
  t.end();
});

await t.test("what is remembered of parts that were merged is what merging them anew gives", (t) => {
  const everything = { workload: ref, atMs: Date.parse("2100-01-01") };
  const turn = fc.record({
    parts: fc.constantFrom([0], [0, 1], [0, 2], [0, 1, 2]),
    forgotten: fc.constantFrom([], [everything]),
  });
  fc.assert(
    fc.property(fc.tuple(anyPart, anyPart, anyPart), fc.array(turn, { maxLength: 12 }), (all, turns) => {
      const merged = new MergedShelves();
      for (const { parts: places, forgotten } of turns) {
        const parts = places.map((place) => all[place]);
        const shelves = merged.of(ref, parts, forgotten);
        t.strictSame(shelves, mergeShelves(parts, forgotten));
        if (parts.length > 1) t.equal(merged.of(ref, [...parts], [...forgotten]), shelves, "not merged again");
      }
      merged.drop(ref);
      t.equal(merged.size, 0);
    }),
    { numRuns: 50 },
  );
  t.end();
});

await t.test("a late version of a part takes nothing back", (t) => {
  fc.assert(
    fc.property(anyPart, fc.array(seen, { maxLength: 4 }), (old, all) => {
      const next = { ...old, writtenMs: old.writtenMs + 1, edges: edgesOf(all) };
      t.equal(partKey(old), partKey(next));
      t.strictSame(said(PartSet.of([next, old])), said(PartSet.of([next])));
    }),
    { numRuns: 50 },
  );
  t.end();
});

await t.test(
  "together they are what one observer of all nodes counts, but for occasions, of which rather too few",
  (t) => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 20 }), (all) => {
        const parts = NODES.map((node) => part(node, edgesOf(all.filter((one) => one.node === node))));
        const { edges } = mergeParts(PartSet.of(parts).of(ref), { isThere, forgotten: [] });
        const whole = new Map(edgesOf(all).map((one) => [edgeKey(one), one]));
        t.equal(edges.length, whole.size);
        for (const merged of edges) {
          const { occasions: most = 0, ...expected } = whole.get(edgeKey(merged))!;
          const { occasions = 0, ...rest } = merged;
          t.strictSame(rest, expected);
          t.ok(occasions >= 1 && occasions <= most);
        }
      }),
      { numRuns: 50 },
    );
    t.end();
  },
);

await t.test("what was forgotten is in no answer, unless it was seen by who knew of that", (t) => {
  fc.assert(
    fc.property(fc.array(anyPart, { maxLength: 4 }), seen, (parts, again) => {
      const forgotten = [{ workload: ref, atMs: Date.parse("2100-01-01") }];
      const left = mergeParts(PartSet.of(parts).of(ref), { isThere, forgotten });
      t.strictSame(left.edges, []);
      const knowing = part(again.node, edgesOf([again]), { observer: "knows", forgotten });
      const { edges } = mergeParts(PartSet.of([...parts, knowing]).of(ref), { isThere, forgotten: [] });
      t.strictSame(edges, edgesOf([again]));
    }),
    { numRuns: 50 },
  );
  t.end();
});

await t.test("what was first seen after the forgetting stays, though its node had not heard of it", (t) => {
  const edges = edgesOf([0, 3].map((minute) => ({ minute, node: "n1", octets: null, edge: identity(minute) })));
  const forgotten = [{ workload: ref, atMs: START_US / 1000 + 60_000 }];
  t.strictSame(mergeParts([part("n1", edges)], { isThere, forgotten }).edges, [edges[1]]);
  t.end();
});

await t.test("an edge alone is forgotten by its id, or by its times", (t) => {
  const edges = edgesOf([0, 3].map((minute) => ({ minute, node: "n1", octets: null, edge: identity(minute) })));
  const [first, second] = edges.map((one) => edgeKey(one));
  const startMs = START_US / 1000;
  for (const what of [{ edge: second! }, { afterMs: startMs + 60_000 }]) {
    const merged = mergeParts([part("n1", edges)], {
      isThere,
      forgotten: [{ workload: ref, atMs: Infinity, ...what }],
    });
    t.strictSame(
      merged.edges.map((one) => edgeKey(one)),
      [first],
      JSON.stringify(what),
    );
    t.strictSame(
      edges.filter((one) => !isMeant(one, what)),
      merged.edges,
    );
  }
  t.end();
});

function identity(minute: number): EdgeIdentity {
  return { direction: "egress", protocol: "TCP", port: 80 + minute, peer: { type: "external", ip: "203.0.113.9" } };
}

await t.test("a name that one node saw an answer for is not only claimed, whatever another saw", (t) => {
  const claimed = { type: "external" as const, ip: "203.0.113.9", names: ["a", "b"], claimedNames: ["a", "b"] };
  const answered = { type: "external" as const, ip: "203.0.113.9", names: ["b", "c"] };
  const [one] = edgesOf([{ minute: 0, node: "n1", octets: null, edge: identity(0) }]);
  const [merged] = mergeEdges([
    { ...one!, peer: claimed },
    { ...one!, peer: answered },
  ]);
  t.strictSame(merged!.peer, { ...claimed, names: ["a", "b", "c"], claimedNames: ["a"] });
  t.end();
});
