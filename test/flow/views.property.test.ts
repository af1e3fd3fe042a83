import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import t from "tap";
import { type Segment, summary, Wire } from "./wire.ts";

/** One connection as three places on its way see it: before DNAT, after it, and after SNAT too. */
const VIEWS = [
  { client: "10.1.0.5:41000", server: "10.96.0.20:80", hops: 64, serverHops: 62 },
  { client: "10.1.0.5:41000", server: "10.1.0.9:8080", hops: 63, serverHops: 63 },
  { client: "192.0.2.1:61000", server: "10.1.0.9:8080", hops: 62, serverHops: 64 },
] as const;

/** Initial sequence numbers as they come, also such that wrap. */
const initial = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 0xffffffff, 0xfffffff0));

/** Modulo 2^32. */
function at(sequence: number): number {
  return sequence >>> 0;
}

function conversation(client: number, server: number): (Omit<Segment, "from" | "to"> & { fromClient: boolean })[] {
  const [c, s] = [client + 1, server + 1];
  return [
    { fromClient: true, flags: "S", seq: at(client), id: 77, timestamp: 5 },
    { fromClient: false, flags: "SA", seq: at(server), ack: at(c) },
    { fromClient: true, flags: "A", seq: at(c), ack: at(s) },
    { fromClient: true, flags: "PA", seq: at(c), ack: at(s), length: 100 },
    { fromClient: false, flags: "PA", seq: at(s), ack: at(c + 100), length: 3000 },
    { fromClient: true, flags: "FA", seq: at(c + 100), ack: at(s + 3000) },
    { fromClient: false, flags: "FA", seq: at(s + 3000), ack: at(c + 101) },
    { fromClient: true, flags: "A", seq: at(c + 101), ack: at(s + 3001) },
  ];
}

interface Shown {
  readonly view: number;
  readonly segment: Segment;
}

/** All that the chosen views show, view by view and in the order of time in each. */
function show(views: readonly number[], tokens: readonly [number, number]): Shown[][] {
  return views.map((view) => {
    const { client, server, hops, serverHops } = VIEWS[view]!;
    return conversation(...tokens).map(({ fromClient, ...rest }, index) => {
      const delay = (fromClient ? view : 2 - view) * 0.00002;
      const ends = fromClient ? { from: client, to: server, ttl: hops } : { from: server, to: client, ttl: serverHops };
      return { view, segment: { ...rest, ...ends, at: 1 + index * 0.001 + delay } };
    });
  });
}

/** Interleaves rings that are read in turn: each keeps its order, and `turns` says whose packet is read next. */
function interleave(rings: readonly Shown[][], turns: readonly number[]): Shown[] {
  const left = rings.map((ring) => [...ring]);
  const read: Shown[] = [];
  for (const turn of turns) {
    const ring = left.filter(({ length }) => length > 0);
    const next = ring[turn % Math.max(1, ring.length)]?.shift();
    if (next !== undefined) read.push(next);
  }
  return [...read, ...left.flat()];
}

function run(shown: readonly Shown[]): string[] {
  const wire = new Wire();
  for (const { segment } of shown) wire.tcp(segment);
  return wire.finish().map(summary);
}

const turns = fc.array(fc.nat(2), { maxLength: 24 });
const someViews = fc.subarray([0, 1, 2], { minLength: 1 });

function expected(views: readonly number[]): string {
  return `${VIEWS[views[0]!]!.client} > ${VIEWS[views.at(-1)!]!.server} established`;
}

await t.test(
  "in whatever order the interfaces are read, a connection is one, with its right ends and octets",
  async () => {
    fc.assert(
      fc.property(someViews, fc.tuple(initial, initial), turns, (views, tokens, order) => {
        const wire = new Wire();
        for (const { segment } of interleave(show(views, tokens), order)) wire.tcp(segment);
        const octets = { toServer: 100, toClient: 3000, exact: true };
        const told = wire.finish().map((connection) => [summary(connection), connection.bytes]);
        return isDeepStrictEqual(told, [[expected(views), octets]]);
      }),
      { numRuns: 200 },
    );
  },
);

await t.test("segments of one connection that arrive out of order on one interface are one connection", async () => {
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(order, fc.tuple(initial, initial), (indices, tokens) => {
      const [ring] = show([0], tokens);
      const told = run(indices.map((index) => ring![index]!));
      return told.length === 1 && told[0] === expected([0]);
    }),
    { numRuns: 200 },
  );
});

await t.test("with packets lost here and there, views that still share a segment are one connection", async () => {
  const kept = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(kept, fc.nat(5), turns, (keep, shared, order) => {
      // The final acknowledgment is no sign of a connection where nothing else is left of it.
      const rings = show([0, 1], [1_000_000, 2_000_000]).map((ring, view) =>
        ring.filter((_, index) => index === shared || (index < 7 && keep[index]![view])),
      );
      const hasSyn = rings.some((ring) => ring.some(({ segment }) => segment.flags.startsWith("S")));
      const told = run(interleave(rings, order));
      return !hasSyn || told.length === 1;
    }),
    { numRuns: 500 },
  );
});
