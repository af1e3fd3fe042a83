import t from "tap";
import { record, summary, Wire } from "./wire.ts";

await t.test("UDP servers on any port are learned, not only on those below 1024", async (t) => {
  for (const port of [8125, 4789, 5353, 9093]) {
    const wire = new Wire()
      .udp({ from: "10.0.0.1:40000", to: `10.0.0.2:${port}`, payload: "one" })
      .udp({ from: `10.0.0.2:${port}`, to: "10.0.0.1:40000", payload: "another" });
    t.strictSame(wire.finish().map(summary), [`10.0.0.1:40000 > 10.0.0.2:${port} established`]);
  }
});

await t.test("UDP that nobody answers is unanswered, however much of it there is", async (t) => {
  const wire = new Wire();
  for (let n = 0; n < 5; n++) wire.udp({ from: "10.0.0.1:40000", to: "10.0.0.2:514", payload: `line ${n}` });
  t.strictSame(
    wire.finish().map((connection) => [summary(connection), connection.bytes]),
    [["10.0.0.1:40000 > 10.0.0.2:514 unanswered", { toServer: 30, toClient: 0, exact: true }]],
  );
});

await t.test("a conversation whose first packet seen was an answer still has its client and server", async (t) => {
  const wire = new Wire()
    .udp({ from: "10.0.0.2:53", to: "10.0.0.1:40000", payload: "answer" })
    .udp({ from: "10.0.0.1:40000", to: "10.0.0.2:53", payload: "next question" });
  t.strictSame(
    wire.finish().map((connection) => [summary(connection), connection.bytes]),
    [["10.0.0.1:40000 > 10.0.0.2:53 established", { toServer: 13, toClient: 6, exact: true }]],
  );
});

await t.test(
  "a datagram that a bridge's port and the bridge both show counts once, and a repeated one twice",
  async (t) => {
    const ask = { from: "10.0.0.1:40000", to: "10.0.0.2:8125", payload: "one", id: 7 };
    const answer = { from: "10.0.0.2:8125", to: "10.0.0.1:40000", payload: "one", id: 7 };
    const wire = new Wire()
      .udp({ ...ask, at: 1 })
      .udp({ ...ask, at: 1 })
      .udp({ ...answer, at: 1 })
      .udp({ ...answer, at: 1 });
    wire.udp({ ...ask, at: 1.00005, id: 8 }); // at once, yet another datagram
    wire.udp({ ...ask, at: 1.5 }); // the same again, much later
    t.strictSame(
      wire.finish().map(({ bytes }) => bytes),
      [{ toServer: 9, toClient: 3, exact: true }],
    );
  },
);

await t.test("answers that take several ways, so that their hop limits differ, are all counted", async (t) => {
  const wire = new Wire().udp({ from: "10.0.0.1:40000", to: "10.0.0.2:443", payload: "hello" });
  for (const [n, ttl] of [57, 121, 57, 119].entries())
    wire.udp({ from: "10.0.0.2:443", to: "10.0.0.1:40000", payload: `answer ${n}`, ttl });
  t.strictSame(
    wire.finish().map(({ bytes }) => bytes),
    [{ toServer: 5, toClient: 32, exact: true }],
  );
});

await t.test(
  "what two places on the path show counts once, though the second shows it in one piece, later",
  async (t) => {
    const wire = new Wire();
    const ask = { from: "10.0.0.1:40000", to: "10.0.0.2:8125" };
    const shown = (at: number, ttl: number): void => {
      for (let n = 0; n < 3; n++) wire.udp({ ...ask, payload: `gauge ${n}`, id: n, ttl, at: at + n * 0.0001 });
    };
    shown(1, 64);
    shown(1.001, 63);
    t.strictSame(
      wire.finish().map(({ bytes }) => bytes),
      [{ toServer: 21, toClient: 0, exact: true }],
    );
  },
);

await t.test("an ICMP error in answer to a datagram refuses it", async (t) => {
  const wire = new Wire()
    .udp({ from: "10.0.0.1:40000", to: "10.0.0.2:81", payload: "hello" })
    .icmpUnreachable("10.0.0.2", 3, { from: "10.0.0.1:40000", to: "10.0.0.2:81", flags: "" });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:81 refused"]);
});

await t.test("UDP with the same ports after two quiet minutes is another conversation", async (t) => {
  const wire = new Wire();
  for (const _round of [1, 2]) {
    wire
      .udp({ from: "10.0.0.1:123", to: "10.0.0.2:123", payload: "time?" })
      .udp({ from: "10.0.0.2:123", to: "10.0.0.1:123", payload: "time!" })
      .wait(300);
  }
  t.equal(wire.finish().length, 2);
});

await t.test("an SCTP association is opened by INIT and INIT ACK, and proven by what follows the cookie", async (t) => {
  const wire = new Wire()
    .sctp({ from: "10.0.0.1:5000", to: "10.0.0.2:3868", tag: 0, chunk: 1, initiateTag: 77 })
    .sctp({ from: "10.0.0.2:3868", to: "10.0.0.1:5000", tag: 77, chunk: 2, initiateTag: 88 })
    .sctp({ from: "10.0.0.1:5000", to: "10.0.0.2:3868", tag: 88, chunk: 7 })
    .sctp({ from: "10.0.0.2:3868", to: "10.0.0.1:5000", tag: 77, chunk: 8 })
    .sctp({ from: "10.0.0.1:5000", to: "10.0.0.2:3868", tag: 88, chunk: 14 });
  t.strictSame(wire.finish().map(record), [
    {
      protocol: "SCTP",
      client: { ip: "10.0.0.1", port: 5000 },
      server: { ip: "10.0.0.2", port: 3868 },
      outcome: "established",
      bytes: null,
      start: "2024-01-01T00:00:00.001000Z",
      end: "2024-01-01T00:00:00.005000Z",
      nat: [],
    },
  ]);
});

await t.test("an SCTP server that aborts has refused", async (t) => {
  const wire = new Wire()
    .sctp({ from: "10.0.0.1:5000", to: "10.0.0.2:3868", tag: 0, chunk: 1, initiateTag: 77 })
    .sctp({ from: "10.0.0.2:3868", to: "10.0.0.1:5000", tag: 77, chunk: 6 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:5000 > 10.0.0.2:3868 refused"]);
});

await t.test("a chunk with another association's tag proves nothing", async (t) => {
  const wire = new Wire()
    .sctp({ from: "10.0.0.1:5000", to: "10.0.0.2:3868", tag: 0, chunk: 1, initiateTag: 77 })
    .sctp({ from: "10.0.0.2:3868", to: "10.0.0.1:5000", tag: 77, chunk: 2, initiateTag: 88 })
    .sctp({ from: "10.0.0.1:5000", to: "10.0.0.2:3868", tag: 89, chunk: 7 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:5000 > 10.0.0.2:3868 half-open"]);
});
