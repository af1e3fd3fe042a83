import t from "tap";
import { record, summary, Wire } from "./wire.ts";

const client = "10.0.0.1:40000";
const server = "10.0.0.2:80";

function forgedClient(n: number): string {
  return `198.18.0.${n}:5000`;
}

await t.test("a complete connection is told once, with its octets each way and its times", async (t) => {
  const wire = new Wire().handshake(client, server).close(client, server, 300, 70_000);
  t.strictSame(wire.finish().map(record), [
    {
      protocol: "TCP",
      client: { ip: "10.0.0.1", port: 40000 },
      server: { ip: "10.0.0.2", port: 80 },
      outcome: "established",
      bytes: { toServer: 300, toClient: 70_000, exact: true },
      start: "2024-01-01T00:00:00.001000Z",
      end: "2024-01-01T00:00:00.005000Z",
      nat: [],
    },
  ]);
});

await t.test("octets are not called exact where the time would allow the sequence number to wrap", async (t) => {
  const wire = new Wire().handshake(client, server).wait(1).close(client, server, 10, 20);
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 10, toClient: 20, exact: false });
});

await t.test("octets are right across a wrap of the sequence number", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 0xfffffff0 })
    .tcp({ from: server, to: client, flags: "SA", seq: 0xffffffff, ack: 0xfffffff1 })
    .tcp({ from: client, to: server, flags: "A", seq: 0xfffffff1, ack: 0 })
    .tcp({ from: client, to: server, flags: "FA", seq: 0x10, ack: 0 })
    .tcp({ from: server, to: client, flags: "FA", seq: 0x20, ack: 0x11 });
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 0x1f, toClient: 0x20, exact: true });
});

await t.test("a FIN may carry data, a whole segment of it", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .tcp({ from: client, to: server, flags: "FPA", seq: 1001, ack: 5001, length: 1400 })
    .tcp({ from: server, to: client, flags: "FA", seq: 5001, ack: 2402 });
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 1400, toClient: 0, exact: true });
});

await t.test("a SYN that nobody answers is no connection", async (t) => {
  const wire = new Wire().tcp({ from: client, to: server, flags: "S", seq: 7 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 unanswered"]);
});

await t.test("a SYN that is repeated is one attempt", async (t) => {
  const wire = new Wire();
  for (const at of [0, 1, 3, 7, 15, 31]) wire.tcp({ from: client, to: server, flags: "S", seq: 7, at });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 unanswered"]);
});

await t.test("a SYN with ECN bits counts as a SYN", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "SEC", seq: 1000 })
    .tcp({ from: server, to: client, flags: "SAE", seq: 5000, ack: 1001 })
    .tcp({ from: client, to: server, flags: "A", seq: 1001, ack: 5001 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 established"]);
});

await t.test("a reset in answer to the SYN is a refusal, also where the SYN carried data", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 7, length: 100 })
    .tcp({ from: server, to: client, flags: "RA", ack: 108 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 refused"]);
});

await t.test("a reset that does not acknowledge the SYN is somebody's forgery", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000 })
    .tcp({ from: server, to: client, flags: "RA", ack: 0x40000000 })
    .tcp({ from: server, to: client, flags: "R" })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 })
    .tcp({ from: client, to: server, flags: "A", seq: 1001, ack: 5001 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 established"]);
});

await t.test("an ICMP error that quotes the SYN refuses it; one that asks for smaller packets does not", async (t) => {
  const syn = { from: client, to: server, flags: "S", seq: 7 };
  t.strictSame(new Wire().tcp(syn).icmpUnreachable("10.0.0.9", 13, syn).finish().map(summary), [
    "10.0.0.1:40000 > 10.0.0.2:80 refused",
  ]);
  t.strictSame(new Wire().tcp(syn).icmpUnreachable("10.0.0.9", 4, syn).finish()[0]?.outcome, "unanswered");
  const forged = { ...syn, seq: 8 };
  t.strictSame(new Wire().tcp(syn).icmpUnreachable("10.0.0.9", 13, forged).finish()[0]?.outcome, "unanswered");
});

await t.test("a SYN+ACK alone is half-open: to an open port a forged SYN gets one too", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 half-open"]);
});

await t.test("the host that a forged SYN names answers with a bare reset, which proves nothing", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 })
    .tcp({ from: client, to: server, flags: "R", seq: 1001 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 half-open"]);
});

await t.test("a client that acknowledges a number the server never sent proves nothing", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 })
    .tcp({ from: client, to: server, flags: "FA", seq: 1001, ack: 0x50000000 });
  t.strictSame(wire.finish()[0]?.outcome, "half-open");
});

await t.test("a bare reset that overtakes the one that proves the connection hides nothing", async (t) => {
  const wire = new Wire()
    .tcp({ from: "10.0.0.1:40000", to: "10.0.0.2:80", flags: "S", seq: 1000 })
    .tcp({ from: "10.0.0.2:80", to: "10.0.0.1:40000", flags: "SA", seq: 5000, ack: 1001 })
    .tcp({ from: "10.0.0.1:40000", to: "10.0.0.2:80", flags: "R", seq: 1011 })
    .tcp({ from: "10.0.0.1:40000", to: "10.0.0.2:80", flags: "RA", seq: 1011, ack: 5021 });
  t.strictSame(
    wire.finish().map(({ outcome, bytes }) => [outcome, bytes]),
    [["established", { toServer: 10, toClient: 20, exact: false }]],
  );
});

await t.test("a reset that acknowledges the server's number proves the connection that it ends", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 })
    .tcp({ from: client, to: server, flags: "RA", seq: 1042, ack: 5100 });
  t.strictSame(wire.finish().map(record), [
    {
      protocol: "TCP",
      client: { ip: "10.0.0.1", port: 40000 },
      server: { ip: "10.0.0.2", port: 80 },
      outcome: "established",
      bytes: { toServer: 41, toClient: 99, exact: false },
      start: "2024-01-01T00:00:00.001000Z",
      end: "2024-01-01T00:00:00.003000Z",
      nat: [],
    },
  ]);
});

await t.test("a server that does not repeat its SYN+ACK for three seconds has been answered", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 });
  t.strictSame(wire.wait(2).opened(), []);
  t.strictSame(wire.wait(3).opened().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 established"]);
});

await t.test("a server that goes on repeating its SYN+ACK has not", async (t) => {
  const wire = new Wire().tcp({ from: client, to: server, flags: "S", seq: 1000, at: 0 });
  for (const at of [0.001, 1, 3, 7, 15]) wire.tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001, at });
  t.strictSame(wire.wait(5).opened(), []);
  t.strictSame(wire.finish()[0]?.outcome, "half-open");
});

await t.test("under a flood silence proves nothing, since SYN cookies are not repeated", async (t) => {
  const wire = new Wire({ overloadUnproven: 50 });
  for (let port = 0; port < 100; port++) {
    wire
      .tcp({ from: `10.9.0.1:${20_000 + port}`, to: server, flags: "S", seq: port })
      .tcp({ from: server, to: `10.9.0.1:${20_000 + port}`, flags: "SA", seq: 9 * port, ack: port + 1 });
  }
  t.strictSame(wire.wait(10).opened(), []);
});

await t.test(
  "a server that must repeat itself to some may be answering others with SYN cookies: its silence proves nothing",
  async (t) => {
    const wire = new Wire();
    for (let n = 1; n <= 20; n++) wire.tcp({ from: forgedClient(n), to: server, flags: "S", seq: n });
    for (let n = 1; n <= 20; n++) wire.tcp({ from: server, to: forgedClient(n), flags: "SA", seq: 7 * n, ack: n + 1 });
    for (const at of [1.1, 3.1]) {
      for (let n = 1; n <= 10; n++)
        wire.tcp({ from: server, to: forgedClient(n), flags: "SA", seq: 7 * n, ack: n + 1, at });
    }
    for (let n = 0; n < 90; n++) wire.wait(10);
    t.strictSame(wire.opened(), []);
    t.strictSame(new Set(wire.closed().map(({ outcome }) => outcome)), new Set(["half-open"]));
  },
);

await t.test("an overload ends, and what was agreed in it is never believed for its silence", async (t) => {
  const wire = new Wire({ overloadUnproven: 50 });
  for (let port = 1; port <= 100; port++) {
    wire.tcp({ from: `198.18.0.1:${port}`, to: `10.0.0.2:${port}`, flags: "S", seq: port });
    wire.tcp({ from: `10.0.0.2:${port}`, to: `198.18.0.1:${port}`, flags: "SA", seq: 7 * port, ack: port + 1 });
  }
  wire.wait(100).handshake(client, "10.0.0.3:80");
  t.strictSame(wire.wait(10).opened().map(summary), ["10.0.0.1:40000 > 10.0.0.3:80 established"]);
});

await t.test("what silence could not prove its end still does, an hour of doubt not counted", async (t) => {
  const wire = new Wire({ overloadUnproven: 0 })
    .tcp({ from: client, to: server, flags: "S", seq: 1000 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 })
    .wait(300)
    .close(client, server, 10, 20);
  t.strictSame(
    wire.finish().map((connection) => [summary(connection), connection.bytes]),
    [["10.0.0.1:40000 > 10.0.0.2:80 established", { toServer: 10, toClient: 20, exact: false }]],
  );
});

await t.test("what is open is told as open, and again under the same id when it ends", async (t) => {
  const wire = new Wire().handshake(client, server).wait(5);
  t.strictSame(
    wire.opened().map(({ bytes, outcome }) => ({ bytes, outcome })),
    [{ bytes: null, outcome: "established" }],
  );
  wire.close(client, server, 1, 2).wait(5);
  t.strictSame(
    wire.closed().map(({ id }) => id),
    wire.opened().map(({ id }) => id),
  );
});

await t.test("simultaneous open is one connection", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000 })
    .tcp({ from: server, to: client, flags: "S", seq: 5000 })
    .tcp({ from: client, to: server, flags: "SA", seq: 1000, ack: 5001 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 established"]);
});

await t.test("a four-tuple reused within a second makes two connections", async (t) => {
  const wire = new Wire().handshake(client, server).close(client, server, 5, 6);
  wire
    .tcp({ from: client, to: server, flags: "S", seq: 9000 })
    .tcp({ from: server, to: client, flags: "SA", seq: 7000, ack: 9001 })
    .tcp({ from: client, to: server, flags: "FA", seq: 9011, ack: 7001 })
    .tcp({ from: server, to: client, flags: "FA", seq: 7021, ack: 9012 });
  t.strictSame(
    wire.finish().map(({ bytes, outcome }) => ({ bytes, outcome })),
    [
      { bytes: { toServer: 5, toClient: 6, exact: true }, outcome: "established" },
      { bytes: { toServer: 10, toClient: 20, exact: true }, outcome: "established" },
    ],
  );
});

await t.test("a connection whose SYN was missed keeps its direction from the SYN+ACK", async (t) => {
  const wire = new Wire()
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 })
    .tcp({ from: client, to: server, flags: "A", seq: 1001, ack: 5001 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 established"]);
});

await t.test(
  "a connection older than the capture is inferred, and its direction unknown where nothing tells it",
  async (t) => {
    const wire = new Wire()
      .tcp({ from: server, to: client, flags: "PA", seq: 1, ack: 2, length: 3 })
      .tcp({ from: client, to: server, flags: "A", seq: 2, ack: 4 });
    t.strictSame(wire.finish().map(summary), ["10.0.0.2:80 ? 10.0.0.1:40000 inferred"]);
  },
);

await t.test("a server that was seen to take a connection is the server of an older one too", async (t) => {
  const wire = new Wire()
    .tcp({ from: server, to: client, flags: "PA", seq: 1, ack: 2, length: 3 })
    .tcp({ from: client, to: server, flags: "A", seq: 2, ack: 4 })
    .handshake("10.0.0.7:50000", server)
    .close("10.0.0.7:50000", server)
    .wait(300);
  t.strictSame(wire.finish().map(summary), [
    "10.0.0.7:50000 > 10.0.0.2:80 established",
    "10.0.0.1:40000 > 10.0.0.2:80 inferred",
  ]);
});

await t.test("half of an older conversation may be forged, and leads to no listener", async (t) => {
  const wire = new Wire()
    .handshake("10.0.0.7:50000", server)
    .close("10.0.0.7:50000", server)
    .tcp({ from: client, to: server, flags: "FPA", seq: 1, ack: 2, length: 3 });
  t.strictSame(wire.finish().map(summary), [
    "10.0.0.7:50000 > 10.0.0.2:80 established",
    "10.0.0.1:40000 ? 10.0.0.2:80 inferred",
  ]);
});

await t.test("a bare acknowledgment that is reset was a probe, not a connection", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "A", seq: 1, ack: 2 })
    .tcp({ from: server, to: client, flags: "R", seq: 2 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 ? 10.0.0.2:80 refused"]);
});

await t.test("a server on a high port is a server: the lower port is no argument", async (t) => {
  const wire = new Wire().handshake("10.0.0.1:3000", "10.0.0.2:50055");
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:3000 > 10.0.0.2:50055 established"]);
});
