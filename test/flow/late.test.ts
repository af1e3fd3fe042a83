import t from "tap";
import { summary, Wire } from "./wire.ts";

const client = "10.0.0.1:40000";
const server = "10.0.0.2:8080";

function talk(wire: Wire, from = client, to = server): Wire {
  return wire
    .tcp({ from, to, flags: "PA", seq: 100, ack: 900, length: 10 })
    .tcp({ from: to, to: from, flags: "PA", seq: 900, ack: 110, length: 20 });
}

await t.test("a connection whose two ends are heard talking is told as open, and kept until its end", async (t) => {
  const wire = talk(new Wire()).wait(5);
  t.strictSame(wire.opened().map(summary), ["10.0.0.1:40000 ? 10.0.0.2:8080 inferred"]);
  t.strictSame(wire.wait(86_400).closed(), []);
  wire.tcp({ from: client, to: server, flags: "FA", seq: 110, ack: 920 });
  wire.tcp({ from: server, to: client, flags: "FA", seq: 920, ack: 111 }).wait(5);
  t.strictSame(
    wire.closed().map(({ id }) => id),
    wire.opened().map(({ id }) => id),
  );
});

await t.test("one that is heard from one end alone may be forged: it says so, and is soon forgotten", async (t) => {
  const wire = new Wire().tcp({ from: client, to: server, flags: "PA", seq: 100, ack: 900, length: 10 }).wait(200);
  t.strictSame(wire.opened(), []);
  t.match(wire.closed(), [{ direction: "unknown", outcome: "inferred", oneSided: true }]);
});

await t.test("its server is the end that was seen to take another connection", async (t) => {
  const wire = new Wire().handshake("10.0.0.3:50000", server).wait(5);
  t.match(talk(wire, server, client).wait(5).opened()[1], {
    client: { port: 40000 },
    server: { port: 8080 },
    outcome: "inferred",
    inferredFrom: "listener",
  });
});

await t.test("its server is the end that listens on this node, if the other does not", async (t) => {
  const wire = new Wire();
  wire.tracker.replaceListeningSockets([{ ip: "10.0.0.2", port: 8080 }]);
  t.match(talk(wire, server, client).finish(), [{ server: { port: 8080 }, inferredFrom: "socket" }]);
  wire.tracker.replaceListeningSockets([
    { ip: "10.0.0.2", port: 8080 },
    { ip: "10.0.0.1", port: 40000 },
  ]);
  t.match(talk(wire).finish()[1], { direction: "unknown", inferredFrom: undefined });
});

await t.test("a server on port 50055 is not taken for the client of one on a lower port", async (t) => {
  t.match(talk(new Wire(), "10.0.0.1:1234", "10.0.0.2:50055").finish(), [{ direction: "unknown" }]);
});

await t.test("the segment by which it is first heard joins its views before and after NAT", async (t) => {
  const heard = { flags: "PA", seq: 100, ack: 900, length: 10 };
  const wire = new Wire()
    .tcp({ from: client, to: "10.96.0.9:80", ttl: 64, ...heard })
    .tcp({ from: client, to: server, ttl: 63, ...heard })
    .tcp({ from: "10.0.0.9:40000", to: server, ttl: 62, ...heard });
  t.strictSame(
    wire.finish().map(({ nat }) => nat.length),
    [2],
  );
  const alike = new Wire()
    .tcp({ from: client, to: server, ...heard })
    .tcp({ from: "10.0.0.8:40000", to: "10.0.0.7:8080", ...heard });
  t.equal(alike.finish().length, 2, "made-up traffic that only looks alike stays apart");
});

await t.test("a handshake on its four-tuple is another connection", async (t) => {
  const wire = talk(new Wire()).handshake(client, server, 9).close(client, server);
  t.strictSame(
    wire.finish().map(({ outcome }) => outcome),
    ["inferred", "established"],
  );
});

await t.test(
  "conversations that somebody made up with the same numbers between the same addresses stay apart",
  async (t) => {
    const wire = new Wire();
    for (let port = 49_152; port < 49_155; port++)
      wire.tcp({ from: `127.0.0.1:${port}`, to: "127.0.0.1:443", flags: "PA", seq: 0, ack: 0, length: 99 });
    t.strictSame(
      wire.finish().map((connection) => [connection.client.port, connection.nat]),
      [49_152, 49_153, 49_154].map((port) => [port, []]),
    );
  },
);

await t.test("data that are reset were of a connection, and no probe", async (t) => {
  const wire = new Wire()
    .tcp({ from: "10.0.0.2:443", to: "10.0.0.1:40000", flags: "PA", seq: 1, ack: 1, length: 36 })
    .tcp({ from: "10.0.0.1:40000", to: "10.0.0.2:443", flags: "R", seq: 1 });
  t.strictSame(
    wire.finish().map(({ outcome, oneSided }) => [outcome, oneSided]),
    [["inferred", true]],
  );
});
