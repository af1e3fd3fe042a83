import t from "tap";
import { parseConntrackLine } from "../../src/capture/conntrack-entry.ts";
import { EPOCH_US, record, summary, Wire } from "./wire.ts";

const client = "10.1.0.2:40438";
const service = "10.96.0.10:80";
const pod = "10.2.0.2:8080";
/** The client's connection to the Service as the node knows it: DNAT to the pod, and the node's address instead of the client's. */
const known = tracked("tcp 6 431998 ESTABLISHED", [client, service], [pod, "10.2.0.1:40438"], "[ASSURED]");

function tracked(head: string, original: [string, string], reply: [string, string], tail = ""): string {
  return `ipv4     2 ${head} ${tuple(original)} ${tuple(reply)} ${tail} mark=0 zone=0 use=2`;
}

function tuple([from, to]: [string, string]): string {
  const [src, sport] = from.split(":");
  const [dst, dport] = to.split(":");
  return `src=${src} dst=${dst} sport=${sport} dport=${dport}`;
}

function tell(wire: Wire, ...lines: string[]): Wire {
  for (const line of lines) wire.tracker.addConntrack(parseConntrackLine(line)!, EPOCH_US);
  return wire;
}

await t.test("a connection in conntrack is told as open, inferred, with its direction and its NAT", async (t) => {
  const wire = tell(new Wire(), known).wait(5);
  t.strictSame(wire.opened().map(record), [
    {
      protocol: "TCP",
      client: { ip: "10.1.0.2", port: 40438 },
      server: { ip: "10.2.0.2", port: 8080 },
      outcome: "inferred",
      inferredFrom: "conntrack",
      bytes: null,
      start: "2024-01-01T00:00:00.000000Z",
      end: "2024-01-01T00:00:00.000000Z",
      nat: [
        { client: { ip: "10.1.0.2", port: 40438 }, server: { ip: "10.96.0.10", port: 80 } },
        { client: { ip: "10.2.0.1", port: 40438 }, server: { ip: "10.2.0.2", port: 8080 } },
      ],
    },
  ]);
});

await t.test("it stays open, however long it is silent, until its FINs are seen, in whichever view", async (t) => {
  const wire = tell(new Wire(), known).wait(4 * 3600);
  t.strictSame(wire.closed(), []);
  wire.tcp({ from: client, to: service, flags: "FA", seq: 7, ack: 9 });
  wire.tcp({ from: pod, to: "10.2.0.1:40438", flags: "FA", seq: 9, ack: 8 }).wait(5);
  t.strictSame(wire.closed().map(summary), ["10.1.0.2:40438 > 10.2.0.2:8080 inferred"]);
  t.equal(wire.closed()[0]?.id, wire.opened()[0]?.id);
});

await t.test("read again, or listed in several zones, it is still one connection", async (t) => {
  const behindNat = tracked("tcp 6 431998 ESTABLISHED", [client, pod], [pod, client], "[ASSURED] zone=7");
  const dnatOnly = tracked("tcp 6 431998 ESTABLISHED", [client, service], [pod, client], "[ASSURED]");
  t.equal(tell(new Wire(), dnatOnly, behindNat, dnatOnly).finish().length, 1);
});

await t.test("a connection both in conntrack and seen from its SYN is one record, and no inferred one", async (t) => {
  const wire = new Wire().handshake(client, pod);
  tell(wire, tracked("tcp 6 431998 ESTABLISHED", [client, pod], [pod, client], "[ASSURED]"));
  t.strictSame(wire.close(client, pod).finish().map(summary), ["10.1.0.2:40438 > 10.2.0.2:8080 established"]);
});

await t.test("conntrack proves a connection whose server has agreed, and nothing less does", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: pod, flags: "S", seq: 1000 })
    .tcp({ from: pod, to: client, flags: "SA", seq: 5000, ack: 1001 });
  tell(wire, tracked("tcp 6 60 SYN_RECV", [client, pod], [pod, client]));
  tell(wire, tracked("tcp 6 300 ESTABLISHED", [client, pod], [pod, client]));
  t.strictSame(wire.opened(), []);
  tell(wire, tracked("tcp 6 431998 ESTABLISHED", [client, pod], [pod, client], "[ASSURED]"));
  t.strictSame(wire.finish().map(summary), ["10.1.0.2:40438 > 10.2.0.2:8080 established"]);
});

await t.test("conntrack corrects who opened a connection that a sweep saw from the wrong side", async (t) => {
  const wire = new Wire()
    .tcp({ from: pod, to: "10.2.0.1:40438", flags: "PA", seq: 9, ack: 7, length: 5 })
    .tcp({ from: "10.2.0.1:40438", to: pod, flags: "A", seq: 7, ack: 14 });
  tell(wire, known);
  const [only, ...others] = wire.finish();
  t.strictSame(others, []);
  t.match(only, {
    outcome: "inferred",
    inferredFrom: "conntrack",
    client: { ip: "10.1.0.2", port: 40438 },
    server: { ip: "10.2.0.2", port: 8080 },
  });
});

await t.test("two views that a sweep took for two connections become one", async (t) => {
  const wire = new Wire()
    .tcp({ from: client, to: service, flags: "PA", seq: 7, ack: 9, length: 1 })
    .tcp({ from: "10.2.0.1:40438", to: pod, flags: "PA", seq: 8, ack: 9, length: 1 });
  t.equal(tell(wire, known).finish().length, 1);
});

await t.test("a SYN that uses the four-tuple anew ends what conntrack told, and is its own connection", async (t) => {
  const direct = tracked("tcp 6 431998 ESTABLISHED", [client, pod], [pod, client], "[ASSURED]");
  const wire = tell(new Wire(), direct).handshake(client, pod, 9).close(client, pod);
  t.strictSame(wire.finish().map(summary), [
    "10.1.0.2:40438 > 10.2.0.2:8080 inferred",
    "10.1.0.2:40438 > 10.2.0.2:8080 established",
  ]);
});

await t.test("closing, unanswered and DNS entries are no open connections", async (t) => {
  const resolver = "10.96.0.10:53";
  const wire = tell(
    new Wire(),
    tracked("tcp 6 100 TIME_WAIT", [client, pod], [pod, client], "[ASSURED]"),
    tracked("tcp 6 100 SYN_SENT", [client, pod], [pod, client]),
    "ipv4     2 udp      17 28 src=10.1.0.2 dst=10.2.0.2 sport=5 dport=9 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 sport=9 dport=5 use=2",
    tracked("udp 17 28", [client, resolver], [resolver, client], "[ASSURED]"),
  );
  t.strictSame(wire.finish(), []);
});

await t.test(
  "an answered UDP conversation is inferred, its octets no exact count, and over when it falls silent",
  async (t) => {
    const wire = tell(new Wire(), tracked("udp 17 118", [client, pod], [pod, client], "[ASSURED]"));
    wire.udp({ from: pod, to: client, payload: "12345", at: 1 }).wait(60);
    t.strictSame(wire.opened().map(summary), ["10.1.0.2:40438 > 10.2.0.2:8080 inferred"]);
    t.strictSame(
      wire
        .wait(120)
        .closed()
        .map(({ bytes }) => bytes),
      [{ toServer: 0, toClient: 5, exact: false }],
    );
  },
);

await t.test("an association of SCTP is known by its entry too", async (t) => {
  const wire = tell(new Wire(), tracked("sctp 132 209 ESTABLISHED", [client, pod], [pod, client], "[ASSURED]"));
  t.strictSame(
    wire.finish().map(({ protocol, inferredFrom }) => [protocol, inferredFrom]),
    [["SCTP", "conntrack"]],
  );
});

await t.test("forged FINs do not push out what conntrack told", async (t) => {
  const wire = tell(new Wire({ maxUnproven: 10, maxConnections: 50 }), known);
  for (let port = 1; port <= 100; port++)
    wire.tcp({ from: `198.18.0.1:${port}`, to: pod, flags: "FA", seq: port, ack: 1 });
  t.equal(wire.closed().length, 90);
  t.strictSame(
    wire.closed().filter(({ inferredFrom }) => inferredFrom === "conntrack"),
    [],
  );
  t.equal(wire.finish().filter(({ inferredFrom }) => inferredFrom === "conntrack").length, 1);
});

await t.test("half of the table at most is given to connections that are older than weir", async (t) => {
  const wire = new Wire({ maxConnections: 10 });
  for (let port = 1; port <= 5; port++) {
    t.equal(wire.tracker.hasRoomForOlder, true);
    const end = `10.1.0.2:${port}`;
    tell(wire, tracked("tcp 6 300 ESTABLISHED", [end, pod], [pod, end], "[ASSURED]"));
  }
  t.equal(wire.tracker.hasRoomForOlder, false);
});
