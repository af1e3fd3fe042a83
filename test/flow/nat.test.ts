import { encode } from "dns-packet";
import t from "tap";
import { record, summary, Wire } from "./wire.ts";

await t.test("a Service's DNAT shows one connection twice: it is one, at the backend's own port", async (t) => {
  const pod = "10.1.0.5:41000";
  const service = "10.96.0.20:80";
  const backend = "10.1.0.9:8080";
  const wire = new Wire()
    .tcp({ from: pod, to: service, flags: "S", seq: 1000, ttl: 64, id: 77, timestamp: 5 })
    .tcp({ from: pod, to: backend, flags: "S", seq: 1000, ttl: 63, id: 77, timestamp: 5 })
    .tcp({ from: backend, to: pod, flags: "SA", seq: 5000, ack: 1001, ttl: 64 })
    .tcp({ from: service, to: pod, flags: "SA", seq: 5000, ack: 1001, ttl: 63 })
    .tcp({ from: pod, to: service, flags: "FA", seq: 1011, ack: 5001, ttl: 64 })
    .tcp({ from: pod, to: backend, flags: "FA", seq: 1011, ack: 5001, ttl: 63 })
    .tcp({ from: backend, to: pod, flags: "FA", seq: 5021, ack: 1012, ttl: 64 })
    .tcp({ from: service, to: pod, flags: "FA", seq: 5021, ack: 1012, ttl: 63 });
  t.strictSame(wire.finish().map(record), [
    {
      protocol: "TCP",
      client: { ip: "10.1.0.5", port: 41000 },
      server: { ip: "10.1.0.9", port: 8080 },
      outcome: "established",
      bytes: { toServer: 10, toClient: 20, exact: true },
      start: "2024-01-01T00:00:00.001000Z",
      end: "2024-01-01T00:00:00.008000Z",
      nat: [{ client: { ip: "10.1.0.5", port: 41000 }, server: { ip: "10.96.0.20", port: 80 } }],
    },
  ]);
});

await t.test("a NodePort rewrites both ends: the real client and the real server are known all the same", async (t) => {
  const outside = "203.0.113.9:50000";
  const wire = new Wire()
    .tcp({ from: outside, to: "192.0.2.1:30080", flags: "S", seq: 1000, ttl: 60, id: 5, timestamp: 9 })
    .tcp({ from: "192.0.2.1:61000", to: "10.1.0.9:8080", flags: "S", seq: 1000, ttl: 59, id: 5, timestamp: 9 })
    .tcp({ from: "10.1.0.9:8080", to: "192.0.2.1:61000", flags: "SA", seq: 5000, ack: 1001, ttl: 64 })
    .tcp({ from: "192.0.2.1:30080", to: outside, flags: "SA", seq: 5000, ack: 1001, ttl: 63 })
    .tcp({ from: outside, to: "192.0.2.1:30080", flags: "A", seq: 1001, ack: 5001, ttl: 60 });
  const [connection] = wire.finish();
  t.strictSame(connection && summary(connection), "203.0.113.9:50000 > 10.1.0.9:8080 established");
  t.strictSame(connection?.nat, [
    { client: { ip: "203.0.113.9", port: 50000 }, server: { ip: "192.0.2.1", port: 30080 } },
    { client: { ip: "192.0.2.1", port: 61000 }, server: { ip: "10.1.0.9", port: 8080 } },
  ]);
});

await t.test("views arrive out of order between interfaces: the hop limit tells their order", async (t) => {
  const wire = new Wire()
    .tcp({ from: "10.1.0.5:41000", to: "10.1.0.9:8080", flags: "S", seq: 1000, ttl: 63, id: 77 })
    .tcp({ from: "10.1.0.5:41000", to: "10.96.0.20:80", flags: "S", seq: 1000, ttl: 64, id: 77 });
  t.strictSame(wire.finish().map(summary), ["10.1.0.5:41000 > 10.1.0.9:8080 unanswered"]);
});

await t.test("where the SYNs were missed the pair of initial sequence numbers joins the views", async (t) => {
  const wire = new Wire()
    .tcp({ from: "10.1.0.9:8080", to: "10.1.0.5:41000", flags: "SA", seq: 5000, ack: 1001, ttl: 64 })
    .tcp({ from: "10.96.0.20:80", to: "10.1.0.5:41000", flags: "SA", seq: 5000, ack: 1001, ttl: 63 });
  t.strictSame(wire.finish().map(summary), ["10.1.0.5:41000 > 10.1.0.9:8080 half-open"]);
});

await t.test("views of an attempt that were joined by their SYN part again when two servers answer", async (t) => {
  const syn = { flags: "S", seq: 1000, id: 3, timestamp: 3 };
  const wire = new Wire()
    .tcp({ from: "10.0.0.1:40000", to: "10.0.0.2:80", ...syn, ttl: 64 })
    .tcp({ from: "10.0.0.1:40000", to: "10.0.0.3:80", ...syn, ttl: 63 })
    .tcp({ from: "10.0.0.2:80", to: "10.0.0.1:40000", flags: "SA", seq: 5000, ack: 1001 })
    .tcp({ from: "10.0.0.3:80", to: "10.0.0.1:40000", flags: "SA", seq: 6000, ack: 1001 });
  t.strictSame(wire.finish().map(summary).sort(), [
    "10.0.0.1:40000 > 10.0.0.2:80 half-open",
    "10.0.0.1:40000 > 10.0.0.3:80 half-open",
  ]);
});

await t.test(
  "a scanner that uses one sequence number for all ports makes as many attempts as it has ports",
  async (t) => {
    const wire = new Wire();
    for (let port = 1; port <= 20; port++) {
      wire.tcp({ from: "10.0.0.1:40000", to: `10.0.0.2:${port}`, flags: "S", seq: 1234, id: 100 + port });
      wire.tcp({ from: `10.0.0.2:${port}`, to: "10.0.0.1:40000", flags: "RA", ack: 1235 });
    }
    t.equal(wire.finish().filter(({ outcome }) => outcome === "refused").length, 20);
  },
);

await t.test("made-up traffic in which all sequence numbers are equal stays apart", async (t) => {
  const wire = new Wire().handshake("10.0.0.1:40001", "10.0.0.2:80").handshake("10.0.0.3:40002", "10.0.0.4:80");
  t.strictSame(wire.finish().map(summary), [
    "10.0.0.1:40001 > 10.0.0.2:80 established",
    "10.0.0.3:40002 > 10.0.0.4:80 established",
  ]);
});

await t.test("the same packet on veth and on bridge is one packet", async (t) => {
  const wire = new Wire();
  for (let copy = 0; copy < 3; copy++) wire.tcp({ from: "10.1.0.5:1", to: "10.1.0.9:2", flags: "S", seq: 1000, id: 7 });
  for (let copy = 0; copy < 3; copy++) {
    wire.tcp({ from: "10.1.0.9:2", to: "10.1.0.5:1", flags: "SA", seq: 5000, ack: 1001 });
  }
  t.strictSame(wire.wait(5).opened().map(summary), ["10.1.0.5:1 > 10.1.0.9:2 established"]);
});

await t.test("a DNS query through the kube-dns Service is one conversation with the resolver's pod", async (t) => {
  const query = "\x12\x34\x01\x00 a question";
  const wire = new Wire()
    .udp({ from: "10.1.0.5:43210", to: "10.96.0.10:53", payload: query, ttl: 64 })
    .udp({ from: "10.1.0.5:43210", to: "10.1.0.2:53", payload: query, ttl: 63 })
    .udp({ from: "10.1.0.2:53", to: "10.1.0.5:43210", payload: "an answer", ttl: 64 })
    .udp({ from: "10.96.0.10:53", to: "10.1.0.5:43210", payload: "an answer", ttl: 63 });
  const [connection, ...others] = wire.finish();
  t.strictSame(others, []);
  t.strictSame(connection && record(connection), {
    protocol: "UDP",
    client: { ip: "10.1.0.5", port: 43210 },
    server: { ip: "10.1.0.2", port: 53 },
    outcome: "established",
    bytes: { toServer: query.length, toClient: 9, exact: true },
    start: "2024-01-01T00:00:00.001000Z",
    end: "2024-01-01T00:00:00.004000Z",
    nat: [{ client: { ip: "10.1.0.5", port: 43210 }, server: { ip: "10.96.0.10", port: 53 } }],
  });
});

await t.test(
  "a name is told once, though DNS has another port behind its Service and the pod's side is seen first",
  async (t) => {
    const message = { id: 7, questions: [{ type: "A" as const, name: "a.example" }] };
    const answers = [{ type: "A" as const, name: "a.example", ttl: 5, data: "192.0.2.1" }];
    const query = encode({ ...message, type: "query" }).toString("latin1");
    const answer = encode({ ...message, type: "response", answers }).toString("latin1");
    const wire = new Wire()
      .udp({ from: "10.1.0.5:43210", to: "10.1.0.2:5353", payload: query, ttl: 63 })
      .udp({ from: "10.1.0.2:5353", to: "10.1.0.5:43210", payload: answer, ttl: 64 })
      .udp({ from: "10.1.0.5:43210", to: "10.96.0.10:53", payload: query, ttl: 64 })
      .udp({ from: "10.96.0.10:53", to: "10.1.0.5:43210", payload: answer, ttl: 63 })
      .udp({ from: "10.96.0.10:53", to: "10.1.0.5:43210", payload: answer, ttl: 62 });
    const names = wire.events.flatMap((event) => (event.kind === "resolved" ? [event.resolved.name] : []));
    t.strictSame(names, ["a.example"]);
  },
);

await t.test("one socket that gossips the same to many peers makes as many conversations", async (t) => {
  const wire = new Wire();
  for (let peer = 1; peer <= 5; peer++)
    wire.udp({ from: "10.1.0.5:7946", to: `10.1.0.1${peer}:7946`, payload: "ping" });
  t.equal(wire.finish().length, 5);
});

await t.test(
  "a pod that calls itself through its Service is seen before and after NAT on one veth: one connection",
  async (t) => {
    const wire = new Wire()
      .tcp({ from: "10.1.0.5:41000", to: "10.96.0.20:80", flags: "S", seq: 1000, ttl: 64, id: 77, timestamp: 5 })
      .tcp({ from: "10.1.0.1:33333", to: "10.1.0.5:8080", flags: "S", seq: 1000, ttl: 63, id: 77, timestamp: 5 })
      .tcp({ from: "10.1.0.5:8080", to: "10.1.0.1:33333", flags: "SA", seq: 5000, ack: 1001, ttl: 64 })
      .tcp({ from: "10.96.0.20:80", to: "10.1.0.5:41000", flags: "SA", seq: 5000, ack: 1001, ttl: 63 })
      .tcp({ from: "10.1.0.5:41000", to: "10.96.0.20:80", flags: "A", seq: 1001, ack: 5001, ttl: 64 });
    t.strictSame(wire.finish().map(summary), ["10.1.0.5:41000 > 10.1.0.5:8080 established"]);
  },
);

await t.test("masquerading alone: the client is the pod, not the node", async (t) => {
  const wire = new Wire()
    .tcp({ from: "10.1.0.5:41000", to: "203.0.113.9:443", flags: "S", seq: 1000, ttl: 64, id: 77 })
    .tcp({ from: "192.0.2.1:61000", to: "203.0.113.9:443", flags: "S", seq: 1000, ttl: 63, id: 77 })
    .tcp({ from: "203.0.113.9:443", to: "192.0.2.1:61000", flags: "SA", seq: 5000, ack: 1001, ttl: 55 })
    .tcp({ from: "203.0.113.9:443", to: "10.1.0.5:41000", flags: "SA", seq: 5000, ack: 1001, ttl: 54 })
    .tcp({ from: "10.1.0.5:41000", to: "203.0.113.9:443", flags: "A", seq: 1001, ack: 5001, ttl: 64 });
  t.strictSame(wire.finish().map(summary), ["10.1.0.5:41000 > 203.0.113.9:443 established"]);
});

await t.test("NAT that lowers no hop limit is seen through by the timestamps that both sides chose", async (t) => {
  const wire = new Wire()
    .tcp({ from: "10.1.0.5:41000", to: "10.96.0.20:80", flags: "S", seq: 1000, id: 77, timestamp: 5 })
    .tcp({ from: "192.0.2.1:61000", to: "10.1.0.9:8080", flags: "S", seq: 1000, id: 77, timestamp: 5 })
    .tcp({ from: "10.1.0.9:8080", to: "192.0.2.1:61000", flags: "SA", seq: 5000, ack: 1001, timestamp: 6 })
    .tcp({ from: "10.96.0.20:80", to: "10.1.0.5:41000", flags: "SA", seq: 5000, ack: 1001, timestamp: 6 });
  t.strictSame(wire.finish().length, 1);
});

await t.test("a SYN that was lost on one view and repeated joins the views by the repetition", async (t) => {
  const pod = "10.1.0.5:41000";
  const wire = new Wire()
    .tcp({ from: pod, to: "10.96.0.20:80", flags: "S", seq: 1000, ttl: 64, id: 77, timestamp: 5, at: 1 })
    .tcp({ from: pod, to: "10.96.0.20:80", flags: "S", seq: 1000, ttl: 64, id: 78, timestamp: 3005, at: 4 })
    .tcp({ from: pod, to: "10.1.0.9:8080", flags: "S", seq: 1000, ttl: 63, id: 78, timestamp: 3005, at: 4.0001 });
  t.match(wire.finish().map(record), [{ start: "2024-01-01T00:00:01.000000Z", server: { ip: "10.1.0.9" } }]);
});

await t.test("a scanner with one sequence number and random IP ids and hop limits is not taken for NAT", async (t) => {
  const wire = new Wire();
  for (let port = 1; port <= 400; port++) {
    const ids = { id: 1 + (port % 7), ttl: 40 + (port % 19) };
    wire.tcp({ from: "10.0.0.1:40000", to: `10.0.0.2:${port}`, flags: "S", seq: 1234, ...ids });
  }
  t.equal(wire.finish().length, 400);
});

await t.test("a balancer in the socket leaves no packet before DNAT: the one view is the connection", async (t) => {
  const wire = new Wire().handshake("10.1.0.5:41000", "10.1.0.9:8080").close("10.1.0.5:41000", "10.1.0.9:8080");
  t.strictSame(
    wire.finish().map((connection) => [summary(connection), connection.nat]),
    [["10.1.0.5:41000 > 10.1.0.9:8080 established", []]],
  );
});

await t.test(
  "a connection older than the capture that two views show is one, by the numbers of its segments",
  async (t) => {
    const wire = new Wire()
      .tcp({ from: "10.1.0.5:41000", to: "10.96.0.20:80", flags: "PA", seq: 77, ack: 99, length: 10, ttl: 64 })
      .tcp({ from: "10.1.0.5:41000", to: "10.1.0.9:8080", flags: "PA", seq: 77, ack: 99, length: 10, ttl: 63 });
    t.equal(wire.finish().length, 1);
  },
);
