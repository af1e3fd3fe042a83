import t from "tap";
import { summary, Wire } from "./wire.ts";

function converse(from: string, to: string): string[] {
  return new Wire().udp({ from, to, payload: "one" }).udp({ from: to, to: from, payload: "two" }).finish().map(summary);
}

await t.test("whoever sends first is the client: QUIC, SIP from 5060 to 5060, a game on any port", async (t) => {
  for (const [from, to] of [
    ["10.0.0.1:40000", "203.0.113.9:443"],
    ["10.0.0.1:5060", "10.0.0.2:5060"],
    ["10.0.0.1:27005", "10.0.0.2:27015"],
    ["10.0.0.1:50000", "10.0.0.2:4789"],
  ] as const) {
    t.strictSame(converse(from, to), [`${from} > ${to} established`]);
  }
});

await t.test("whoever owns a well-known port is the server, though its answer was seen first", async (t) => {
  for (const port of [53, 443, 4789, 5060, 8125]) {
    t.strictSame(converse(`10.0.0.2:${port}`, "10.0.0.1:40000"), [`10.0.0.1:40000 > 10.0.0.2:${port} established`]);
  }
  t.strictSame(converse("10.0.0.2:67", "10.0.0.1:68"), ["10.0.0.1:68 > 10.0.0.2:67 established"]);
});

await t.test(
  "whoever was seen to serve others on its port is the server of a conversation that began unseen",
  async (t) => {
    const server = "10.0.0.2:9093";
    const wire = new Wire()
      .udp({ from: "10.0.0.7:45000", to: server, payload: "question" })
      .udp({ from: server, to: "10.0.0.7:45000", payload: "answer" })
      .wait(60)
      .udp({ from: server, to: "10.0.0.1:40000", payload: "answer" })
      .udp({ from: "10.0.0.1:40000", to: server, payload: "question" })
      .wait(300);
    t.strictSame(wire.finish().map(summary).sort(), [
      "10.0.0.1:40000 > 10.0.0.2:9093 established",
      "10.0.0.7:45000 > 10.0.0.2:9093 established",
    ]);
  },
);

await t.test("syslog and statsd get no answer, and mDNS none from the address that was asked", async (t) => {
  for (const to of ["10.0.0.2:514", "10.0.0.2:8125", "224.0.0.251:5353"]) {
    const wire = new Wire().udp({ from: "10.0.0.1:45000", to, payload: "text" });
    t.strictSame(wire.finish().map(summary), [`10.0.0.1:45000 > ${to} unanswered`]);
  }
});

await t.test("a DNS query of IP id 0 that is masqueraded is one conversation", async (t) => {
  const wire = new Wire()
    .udp({ from: "10.1.0.5:43210", to: "192.0.2.53:53", payload: "\x12\x34 question", ttl: 64 })
    .udp({ from: "192.0.2.1:61000", to: "192.0.2.53:53", payload: "\x12\x34 question", ttl: 63 })
    .udp({ from: "192.0.2.53:53", to: "192.0.2.1:61000", payload: "answer", ttl: 60 });
  t.strictSame(wire.finish().map(summary), ["10.1.0.5:43210 > 192.0.2.53:53 established"]);
});

await t.test("one query to several resolvers at once, each behind DNAT, is as many conversations", async (t) => {
  const wire = new Wire();
  for (const [service, backend] of [
    ["10.96.0.10:53", "10.1.0.2:53"],
    ["10.96.0.11:53", "10.1.0.3:53"],
  ] as const) {
    wire.udp({ from: "10.1.0.5:43210", to: service, payload: "\x12\x34 question", ttl: 64 });
    wire.udp({ from: "10.1.0.5:43210", to: backend, payload: "\x12\x34 question", ttl: 63 });
  }
  t.strictSame(wire.finish().map(summary), [
    "10.1.0.5:43210 > 10.1.0.2:53 unanswered",
    "10.1.0.5:43210 > 10.1.0.3:53 unanswered",
  ]);
});
