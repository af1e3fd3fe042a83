import * as fc from "fast-check";
import t from "tap";
import { summary, Wire } from "./wire.ts";

await t.test("a flood of SYNs stays within its bound, and pushes out no proven connection", async (t) => {
  const wire = new Wire({ maxUnproven: 100, maxConnections: 200 });
  wire.handshake("10.0.0.1:40000", "10.0.0.2:80");
  for (let n = 0; n < 5_000; n++) {
    wire.tcp({ from: `10.9.${n >> 8}.${n & 255}:1000`, to: "10.0.0.2:80", flags: "S", seq: n });
  }
  t.ok(wire.tracker.size <= 200, `${wire.tracker.size} connections are kept`);
  t.equal(wire.tracker.evicted, 4_900);
  const told = wire.finish();
  t.equal(told.length, 5_001, "each is told once all the same");
  t.strictSame(told.filter(({ outcome }) => outcome === "established").map(summary), [
    "10.0.0.1:40000 > 10.0.0.2:80 established",
  ]);
});

await t.test("too many open connections: the oldest is told as it stands", async (t) => {
  const wire = new Wire({ maxConnections: 10 });
  for (let port = 1; port <= 30; port++) wire.handshake(`10.0.0.1:${port}`, "10.0.0.2:80");
  t.ok(wire.tracker.size <= 10);
  t.strictSame(
    wire.finish().map(({ client }) => client.port),
    [...Array(30).keys()].map((n) => n + 1),
  );
});

await t.test("a clock that jumps, forward or back, loses nothing", async (t) => {
  const wire = new Wire()
    .handshake("10.0.0.1:1", "10.0.0.2:80", 1)
    .handshake("10.0.0.1:2", "10.0.0.2:80", 1e6)
    .handshake("10.0.0.1:3", "10.0.0.2:80", 5)
    .close("10.0.0.1:3", "10.0.0.2:80");
  t.equal(wire.finish().length, 3);
});

await t.test("whatever segments come, every connection is told exactly once and nothing stays behind", async () => {
  const end = fc.constantFrom("10.0.0.1:1", "10.0.0.1:2", "10.0.0.2:80", "10.0.0.3:80");
  const segment = fc.record({
    from: end,
    to: end,
    flags: fc.constantFrom("S", "SA", "A", "FA", "R", "RA", "PA", ""),
    seq: fc.constantFrom(0, 1000, 1001, 5000, 5001),
    ack: fc.constantFrom(0, 1001, 5001, 6001),
    length: fc.constantFrom(0, 10),
    id: fc.constantFrom(0, 1),
    ttl: fc.constantFrom(63, 64),
  });
  const step = fc.oneof({ weight: 9, arbitrary: segment }, fc.constantFrom(1, 4, 200));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const wire = new Wire({ maxConnections: 8, maxUnproven: 5 });
      for (const what of steps) {
        if (typeof what === "number") wire.wait(what);
        else wire.tcp(what);
      }
      const told = wire.finish();
      const ids = new Set(told.map(({ id }) => id));
      const isOpenKnown = wire.opened().every(({ id }) => ids.has(id));
      return wire.tracker.size === 0 && ids.size === told.length && isOpenKnown;
    }),
    { numRuns: 500 },
  );
});

await t.test(
  "what goes on when capture ends, or has to make room, is told with its end unseen, and nothing else",
  async (t) => {
    const wire = new Wire({ maxConnections: 2 });
    for (const port of [1, 2, 3]) wire.handshake(`10.0.0.1:${port}`, "10.0.0.2:80", port);
    wire.handshake("10.0.0.1:4", "10.0.0.2:80", 4).close("10.0.0.1:4", "10.0.0.2:80");
    wire.tcp({ from: "10.0.0.1:5", to: "10.0.0.2:80", flags: "S" });
    wire.finish();
    const told = wire.events.flatMap((event) =>
      event.kind === "closed"
        ? [[event.connection.client.port, event.connection.outcome, event.endUnseen ?? false]]
        : [],
    );
    t.strictSame(
      told.sort(([a], [b]) => Number(a) - Number(b)),
      [
        [1, "established", true],
        [2, "established", true],
        [3, "established", true],
        [4, "established", false],
        [5, "unanswered", false],
      ],
    );
  },
);
