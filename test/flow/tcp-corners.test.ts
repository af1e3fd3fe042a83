import t from "tap";
import { record, summary, Wire } from "./wire.ts";

const client = "10.0.0.1:40000";
const server = "10.0.0.2:80";

await t.test("TCP Fast Open: data on the SYN are acknowledged with it, and are octets like any others", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000, length: 200 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1201 })
    .tcp({ from: server, to: client, flags: "PA", seq: 5001, ack: 1201, length: 700 })
    .tcp({ from: client, to: server, flags: "FA", seq: 1201, ack: 5701 })
    .tcp({ from: server, to: client, flags: "FA", seq: 5701, ack: 1202 });
  t.strictSame(
    wire.finish().map((connection) => [summary(connection), connection.bytes]),
    [["10.0.0.1:40000 > 10.0.0.2:80 established", { toServer: 200, toClient: 700, exact: true }]],
  );
});

await t.test("TCP Fast Open that the server does not take up: the same data come again, and count once", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000, length: 200 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 })
    .tcp({ from: client, to: server, flags: "PA", seq: 1001, ack: 5001, length: 200 })
    .tcp({ from: client, to: server, flags: "FA", seq: 1201, ack: 5001 })
    .tcp({ from: server, to: client, flags: "FA", seq: 5001, ack: 1202 });
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 200, toClient: 0, exact: true });
});

await t.test("TCP Fast Open whose SYN+ACK is shown before its SYN is one connection", async (t) => {
  const wire = new Wire()
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1201, at: 1.001 })
    .tcp({ from: client, to: server, flags: "S", seq: 1000, length: 200, at: 1 })
    .tcp({ from: client, to: server, flags: "FA", seq: 1201, ack: 5001, at: 1.002 })
    .tcp({ from: server, to: client, flags: "FA", seq: 5001, ack: 1202, at: 1.003 });
  t.strictSame(
    wire.finish().map((connection) => [summary(connection), connection.bytes]),
    [["10.0.0.1:40000 > 10.0.0.2:80 established", { toServer: 200, toClient: 0, exact: true }]],
  );
});

await t.test("a FIN that carries a whole GSO segment of data counts them", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .tcp({ from: server, to: client, flags: "FPA", seq: 5001, ack: 1001, length: 60_000 })
    .tcp({ from: client, to: server, flags: "FA", seq: 1001, ack: 65_002 });
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 0, toClient: 60_000, exact: true });
});

await t.test("where all segments are seen octets are exact, however long the connection lasts", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .tcp({ from: client, to: server, flags: "PA", seq: 1001, ack: 5001, length: 10, at: 60 })
    .tcp({ from: server, to: client, flags: "PA", seq: 5001, ack: 1011, length: 20, at: 61 })
    .wait(60)
    .close(client, server, 10, 20);
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 10, toClient: 20, exact: true });
});

await t.test("octets that passed unseen for longer than a link needs to carry 2^32 are not called exact", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .tcp({ from: client, to: server, flags: "PA", seq: 1001, ack: 5001, length: 10, at: 1 })
    .tcp({ from: client, to: server, flags: "PA", seq: 90_001, ack: 5001, length: 10, at: 2 })
    .close(client, server, 89_010, 0);
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 89_010, toClient: 0, exact: false });
});

await t.test("octets of a connection that a reset ends are a lower bound", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .tcp({ from: client, to: server, flags: "PA", seq: 1001, ack: 5001, length: 10 })
    .tcp({ from: server, to: client, flags: "R", seq: 5001 });
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 10, toClient: 0, exact: false });
});

await t.test("octets are unknown while a connection is open", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .tcp({ from: client, to: server, flags: "PA", seq: 1001, ack: 5001, length: 10 });
  t.strictSame(
    wire.finish().map(({ bytes, outcome }) => [bytes, outcome]),
    [[null, "established"]],
  );
});

await t.test("a keepalive, which repeats the last number, is no octet", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .tcp({ from: client, to: server, flags: "A", seq: 1000, ack: 5001, length: 1, at: 60 })
    .tcp({ from: server, to: client, flags: "A", seq: 5001, ack: 1001, at: 60.001 })
    .close(client, server, 0, 0);
  t.strictSame(wire.finish()[0]?.bytes, { toServer: 0, toClient: 0, exact: true });
});

await t.test(
  "a server that aborts what it had accepted proves it; one that resets what it never accepted does not",
  async (t) => {
    const begun = (): Wire =>
      new Wire()
        .tcp({ from: client, to: server, flags: "S", seq: 1000 })
        .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001 });
    t.strictSame(begun().tcp({ from: server, to: client, flags: "RA", seq: 5001, ack: 1011 }).finish().map(summary), [
      "10.0.0.1:40000 > 10.0.0.2:80 established",
    ]);
    // To a segment that acknowledges a number it never sent, it answers with that number (RFC 9293, 3.10.7.2).
    t.strictSame(begun().tcp({ from: server, to: client, flags: "R", seq: 5001 }).finish().map(summary), [
      "10.0.0.1:40000 > 10.0.0.2:80 half-open",
    ]);
  },
);

await t.test("a four-tuple reused at once: stragglers of the old connection change nothing in the new", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .close(client, server, 5, 6)
    .tcp({ from: client, to: server, flags: "S", seq: 0x70000000 })
    .tcp({ from: server, to: client, flags: "FA", seq: 5007, ack: 1007 })
    .tcp({ from: client, to: server, flags: "FA", seq: 1006, ack: 5008 })
    .tcp({ from: server, to: client, flags: "SA", seq: 0x20000000, ack: 0x70000001 })
    .tcp({ from: server, to: client, flags: "A", seq: 5008, ack: 1007 })
    .tcp({ from: client, to: server, flags: "FA", seq: 0x7000000b, ack: 0x20000001 })
    .tcp({ from: server, to: client, flags: "FA", seq: 0x20000015, ack: 0x7000000c });
  t.strictSame(
    wire.finish().map(({ bytes, outcome }) => ({ bytes, outcome })),
    [
      { bytes: { toServer: 5, toClient: 6, exact: true }, outcome: "established" },
      { bytes: { toServer: 10, toClient: 20, exact: true }, outcome: "established" },
    ],
  );
});

await t.test("a segment that comes seconds after the end is a straggler, not a connection", async (t) => {
  const wire = new Wire()
    .handshake(client, server)
    .close(client, server, 5, 6)
    .wait(4)
    .tcp({ from: server, to: client, flags: "FA", seq: 5007, ack: 1007 })
    .tcp({ from: client, to: server, flags: "R", seq: 1007 });
  t.strictSame(wire.finish().map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 established"]);
});

await t.test("a SYN+ACK shown before its SYN is the same connection, which begins with the SYN", async (t) => {
  const wire = new Wire()
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001, at: 1.0005 })
    .tcp({ from: client, to: server, flags: "S", seq: 1000, at: 1 })
    .tcp({ from: client, to: server, flags: "A", seq: 1001, ack: 5001, at: 1.001 });
  t.match(wire.finish().map(record), [{ outcome: "established", start: "2024-01-01T00:00:01.000000Z" }]);
});

await t.test("both FINs shown before the SYN+ACK prove the connection all the same", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 1000, at: 1 })
    .tcp({ from: client, to: server, flags: "FA", seq: 1011, ack: 5021, at: 1.002 })
    .tcp({ from: server, to: client, flags: "FA", seq: 5021, ack: 1012, at: 1.003 })
    .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001, at: 1.001 });
  t.strictSame(
    wire.finish().map((connection) => [summary(connection), connection.bytes]),
    [["10.0.0.1:40000 > 10.0.0.2:80 established", { toServer: 10, toClient: 20, exact: true }]],
  );
});

await t.test("SYN cookies: a forged SYN gets a SYN+ACK that is never repeated, and makes no connection", async (t) => {
  const wire = new Wire();
  for (let n = 1; n <= 200; n++) {
    wire.tcp({ from: `198.18.0.${n}:5000`, to: server, flags: "S", seq: n });
    wire.tcp({ from: server, to: `198.18.0.${n}:5000`, flags: "SA", seq: 7 * n, ack: n + 1 });
  }
  for (let n = 0; n < 90; n++) wire.wait(10);
  t.strictSame([wire.opened(), new Set(wire.closed().map(({ outcome }) => outcome))], [[], new Set(["half-open"])]);
});

await t.test("IPv6 is learned as IPv4 is, through DNAT as well", async (t) => {
  const pod = "[fd00:10::5]:41000";
  const wire = new Wire()
    .tcp({ from: pod, to: "[fd00:96::20]:80", flags: "S", seq: 1000, ttl: 64, id: 77, timestamp: 5 })
    .tcp({ from: pod, to: "[fd00:10::9]:8080", flags: "S", seq: 1000, ttl: 63, id: 77, timestamp: 5 })
    .tcp({ from: "[fd00:10::9]:8080", to: pod, flags: "SA", seq: 5000, ack: 1001, ttl: 64 })
    .tcp({ from: "[fd00:96::20]:80", to: pod, flags: "SA", seq: 5000, ack: 1001, ttl: 63 })
    .tcp({ from: pod, to: "[fd00:96::20]:80", flags: "FA", seq: 1011, ack: 5001, ttl: 64 })
    .tcp({ from: "[fd00:10::9]:8080", to: pod, flags: "FA", seq: 5021, ack: 1012, ttl: 64 });
  t.match(wire.finish().map(record), [
    {
      client: { ip: "fd00:10::5", port: 41000 },
      server: { ip: "fd00:10::9", port: 8080 },
      bytes: { toServer: 10, toClient: 20, exact: true },
      nat: [{ client: { ip: "fd00:10::5", port: 41000 }, server: { ip: "fd00:96::20", port: 80 } }],
    },
  ]);
});

await t.test("a ring that is read late makes no second connection of what another showed to its end", async (t) => {
  const wire = new Wire({}, "caller");
  wire
    .tcp({ from: "10.0.0.1:40000", to: "10.0.0.2:80", flags: "S", seq: 1000, at: 0 })
    .close("10.0.0.1:40000", "10.0.0.2:80")
    .tcp({ from: "10.0.0.3:40000", to: "10.0.0.2:80", flags: "S", seq: 7000, at: 3 }) // so far ahead
    .tcp({ from: "10.0.0.2:80", to: "10.0.0.1:40000", flags: "SA", seq: 5000, ack: 1001, at: 0.001 });
  const told = wire.finish().filter((connection) => connection.client.ip === "10.0.0.1");
  t.strictSame(told.map(summary), ["10.0.0.1:40000 > 10.0.0.2:80 established"]);
});

await t.test("two views whose data come before their handshakes are one connection all the same", async (t) => {
  const [pod, service, backend] = ["10.1.0.5:40000", "10.96.0.1:80", "10.1.0.9:8080"] as const;
  const data = { flags: "PA", seq: 1001, ack: 5001, length: 10 };
  const wire = new Wire({}, "caller")
    .tcp({ ...data, from: pod, to: service, ttl: 64, at: 0.01 })
    .tcp({ ...data, from: pod, to: backend, ttl: 63, at: 0.01001 })
    .tcp({ from: pod, to: service, flags: "S", seq: 1000, timestamp: 7, ttl: 64, at: 0 })
    .tcp({ from: pod, to: backend, flags: "S", seq: 1000, timestamp: 7, ttl: 63, at: 0.00001 })
    .tcp({ from: backend, to: pod, flags: "SA", seq: 5000, ack: 1001, timestamp: 9, ttl: 64, at: 0.00002 })
    .tcp({ from: service, to: pod, flags: "SA", seq: 5000, ack: 1001, timestamp: 9, ttl: 63, at: 0.00003 });
  t.strictSame(wire.finish().map(summary), [`${pod} > ${backend} established`]);
});

await t.test(
  "a server that says yes again after seconds has had no answer, though its silence looked like one",
  async (t) => {
    const wire = new Wire().tcp({ from: client, to: server, flags: "S", seq: 100, at: 0 });
    for (const at of [0.1, 3.7, 9.8]) wire.tcp({ from: server, to: client, flags: "SA", seq: 500, ack: 101, at });
    t.strictSame(wire.opened().map(summary), [`${client} > ${server} established`], "told once, and in error");
    t.strictSame(wire.finish().map(summary), [`${client} > ${server} half-open`]);
    const answered = new Wire().tcp({ from: client, to: server, flags: "S", seq: 100, at: 0 });
    for (const at of [0.1, 3.7]) answered.tcp({ from: server, to: client, flags: "SA", seq: 500, ack: 101, at });
    answered.tcp({ from: client, to: server, flags: "FA", seq: 101, ack: 501 });
    t.strictSame(answered.finish().map(summary), [`${client} > ${server} established`], "proven by its end");
  },
);

await t.test("a client that asks again after a refusal, with the same number, may be let in", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 100, at: 0 })
    .tcp({ from: server, to: client, flags: "RA", seq: 0, ack: 101 })
    .tcp({ from: client, to: server, flags: "S", seq: 100, at: 0.51 })
    .tcp({ from: server, to: client, flags: "SA", seq: 500, ack: 101 })
    .tcp({ from: client, to: server, flags: "FA", seq: 101, ack: 501, length: 5 })
    .tcp({ from: server, to: client, flags: "FA", seq: 501, ack: 107, length: 7 });
  t.strictSame(
    wire.finish().map((connection) => [summary(connection), connection.bytes]),
    [[`${client} > ${server} established`, { toServer: 5, toClient: 7, exact: true }]],
  );
  const refused = new Wire();
  for (const at of [0, 0.51, 1.02])
    refused
      .tcp({ from: client, to: server, flags: "S", seq: 100, at })
      .tcp({ from: server, to: client, flags: "RA", seq: 0, ack: 101 });
  t.strictSame(refused.finish().map(summary), [`${client} > ${server} refused`], "three times no is one refusal");
});

await t.test("a FIN that its sender puts before octets that nobody acknowledged ends the count there", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: server, flags: "S", seq: 100 })
    .tcp({ from: server, to: client, flags: "SA", seq: 500, ack: 101 })
    .tcp({ from: client, to: server, flags: "PA", seq: 101, ack: 501, length: 90 })
    .tcp({ from: server, to: client, flags: "PA", seq: 501, ack: 142, length: 57 })
    .tcp({ from: client, to: server, flags: "FA", seq: 142, ack: 558 })
    .tcp({ from: server, to: client, flags: "FA", seq: 558, ack: 143 });
  t.strictSame(
    wire.finish().map(({ bytes }) => bytes),
    [{ toServer: 41, toClient: 57, exact: true }],
  );
});
