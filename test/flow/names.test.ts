import dnsPacket from "dns-packet";
import t from "tap";
import { clientHello } from "../packet/client-hello-bytes.ts";
import { EPOCH_US, Wire } from "./wire.ts";

const pod = "10.1.0.5:41000";
const resolver = "10.1.0.2:53";

function answer(id: number): Uint8Array {
  return dnsPacket.streamEncode({
    type: "response",
    id,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type: "A", name: "bucket.example.com" }],
    answers: [
      { type: "CNAME", name: "bucket.example.com", ttl: 30, data: "pool.example.net" },
      { type: "A", name: "pool.example.net", ttl: 60, data: "203.0.113.9" },
    ],
  });
}

function resolved(wire: Wire): (string | number)[][] {
  return wire.events.flatMap((event) => {
    if (event.kind !== "resolved") return [];
    const { client, resolver: by, name, addresses, ttlSeconds } = event.resolved;
    return [[client, `${by.ip}:${by.port}`, name, ...addresses, ttlSeconds]];
  });
}

function named(wire: Wire): unknown[] {
  return wire.events.flatMap((event) => (event.kind === "named" ? [event.named] : []));
}

const told = ["10.1.0.5", resolver, "bucket.example.com", "203.0.113.9", 30];

await t.test("an answer over TCP names addresses as one over UDP does, under the name that was asked", async (t) => {
  const wire = new Wire()
    .handshake(pod, resolver)
    .tcp({ from: resolver, to: pod, flags: "PA", seq: 5001, ack: 1001, payload: answer(7) });
  t.strictSame(resolved(wire), [told]);
});

await t.test("answers over TCP are put together from segments, in whatever order they come", async (t) => {
  const all = Buffer.concat([answer(7), answer(8)]);
  const cuts = [0, 1, 40, 90, all.length];
  for (const order of [
    [0, 1, 2, 3],
    [1, 0, 3, 2],
    [3, 2, 1, 0],
    [0, 0, 1, 2, 2, 3],
  ]) {
    const wire = new Wire().handshake(pod, resolver);
    for (const piece of order) {
      const payload = all.subarray(cuts[piece], cuts[piece + 1]);
      wire.tcp({ from: resolver, to: pod, flags: "A", seq: 5001 + cuts[piece]!, ack: 1001, payload });
    }
    t.strictSame(resolved(wire), [told, told], order.join(" "));
  }
});

await t.test("a DNS server that sends no DNS over TCP is given up, however much it sends", async (t) => {
  const wire = new Wire().handshake(pod, resolver);
  for (let n = 0; n < 50; n++) {
    wire.tcp({
      from: resolver,
      to: pod,
      flags: "A",
      seq: 5001 + n * 1000,
      ack: 1001,
      payload: new Uint8Array(1000).fill(n),
    });
  }
  t.strictSame(resolved(wire), []);
});

await t.test("a TLS connection names its server as the client asked for it, after DNAT", async (t) => {
  const wire = new Wire()
    .tcp({ from: pod, to: "10.96.0.9:443", flags: "S", seq: 1000, ttl: 64, id: 7, timestamp: 5 })
    .tcp({ from: pod, to: "203.0.113.9:8443", flags: "S", seq: 1000, ttl: 63, id: 7, timestamp: 5 })
    .tcp({ from: "203.0.113.9:8443", to: pod, flags: "SA", seq: 5000, ack: 1001 })
    .tcp({
      from: pod,
      to: "10.96.0.9:443",
      flags: "PA",
      seq: 1001,
      ack: 5001,
      payload: clientHello("api.example.com"),
    });
  t.strictSame(named(wire), [
    { client: "10.1.0.5", server: { ip: "203.0.113.9", port: 8443 }, name: "api.example.com", timeUs: EPOCH_US + 4000 },
  ]);
});

await t.test("a ClientHello in two segments is read when the second has come", async (t) => {
  const hello = clientHello("api.example.com", 1500);
  const wire = new Wire().handshake(pod, "203.0.113.9:443");
  wire.tcp({ from: pod, to: "203.0.113.9:443", flags: "A", seq: 1001, ack: 5001, payload: hello.subarray(0, 1448) });
  t.strictSame(named(wire), []);
  wire.tcp({ from: pod, to: "203.0.113.9:443", flags: "PA", seq: 2449, ack: 5001, payload: hello.subarray(1448) });
  t.match(named(wire), [{ name: "api.example.com" }]);
});

await t.test("what a client says later, and what a server says, is no server name", async (t) => {
  const wire = new Wire()
    .handshake(pod, "203.0.113.9:443")
    .tcp({
      from: "203.0.113.9:443",
      to: pod,
      flags: "PA",
      seq: 5001,
      ack: 1001,
      payload: clientHello("server.example.com"),
    })
    .tcp({ from: pod, to: "203.0.113.9:443", flags: "PA", seq: 1001, ack: 5001, length: 10 })
    .tcp({
      from: pod,
      to: "203.0.113.9:443",
      flags: "PA",
      seq: 1011,
      ack: 5001,
      payload: clientHello("later.example.com"),
    });
  t.strictSame(named(wire), []);
});
