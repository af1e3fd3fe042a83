import t from "tap";
import { Headers } from "../../src/packet/headers.ts";
import { Associations } from "../../src/flow/associations.ts";
import { TrackedPool } from "../../src/flow/tracked-pool.ts";
import { type SctpChunk, type Sent, record, summary, Wire } from "./wire.ts";

const CLIENT = "10.0.0.1:36412";
const OTHER_CLIENT = "10.0.1.1:36412";
const SERVER = "10.0.0.2:38412";
const OTHER_SERVER = "10.0.1.2:38412";

const Chunk = { DATA: 0, INIT: 1, INIT_ACK: 2, HEARTBEAT: 4, ABORT: 6, SHUTDOWN: 7, COOKIE_ACK: 11, COMPLETE: 14 };
const CLIENT_TAG = 77;
const SERVER_TAG = 88;

type Chosen = Partial<SctpChunk> & Partial<Sent>;

function init(wire: Wire, chosen: Chosen = {}): Wire {
  const addresses = ["10.0.0.1", "10.0.1.1"];
  return wire.sctp({
    from: CLIENT,
    to: SERVER,
    tag: 0,
    chunk: Chunk.INIT,
    initiateTag: CLIENT_TAG,
    addresses,
    ...chosen,
  });
}

function initAck(wire: Wire, chosen: Chosen = {}): Wire {
  const addresses = ["10.0.0.2", "10.0.1.2"];
  const answer = { from: SERVER, to: CLIENT, tag: CLIENT_TAG, chunk: Chunk.INIT_ACK, initiateTag: SERVER_TAG };
  return wire.sctp({ ...answer, addresses, ...chosen });
}

/** Both sides have two addresses, each told by its side. */
function agreed(wire = new Wire()): Wire {
  return initAck(init(wire));
}

const toServer = { from: OTHER_CLIENT, to: OTHER_SERVER, tag: SERVER_TAG };
const toClient = { from: OTHER_SERVER, to: OTHER_CLIENT, tag: CLIENT_TAG };

await t.test(
  "an association is one, whichever of its paths its chunks take, and tells the addresses of both sides",
  async (t) => {
    const wire = agreed()
      .sctp({ ...toServer, chunk: Chunk.HEARTBEAT })
      .sctp({ ...toClient, chunk: Chunk.COOKIE_ACK })
      .sctp({ from: CLIENT, to: OTHER_SERVER, tag: SERVER_TAG, chunk: Chunk.DATA })
      .sctp({ ...toServer, chunk: Chunk.SHUTDOWN })
      .sctp({ from: OTHER_CLIENT, to: SERVER, tag: SERVER_TAG, chunk: Chunk.COMPLETE });
    t.strictSame(wire.finish().map(record), [
      {
        protocol: "SCTP",
        client: { ip: "10.0.0.1", port: 36412 },
        server: { ip: "10.0.0.2", port: 38412 },
        outcome: "established",
        bytes: null,
        start: "2024-01-01T00:00:00.001000Z",
        end: "2024-01-01T00:00:00.007000Z",
        nat: [],
        multihomed: { client: ["10.0.1.1"], server: ["10.0.1.2"] },
      },
    ]);
  },
);

await t.test("addresses of IPv4 and IPv6 belong to one association", async (t) => {
  const wire = new Wire();
  init(wire, { addresses: ["10.0.0.1", "2001:db8::1"] });
  initAck(wire, { addresses: ["10.0.0.2", "2001:db8::2"] });
  wire.sctp({ from: "[2001:db8::2]:38412", to: "[2001:db8::1]:36412", tag: CLIENT_TAG, chunk: Chunk.COOKIE_ACK });
  t.match(wire.finish(), [
    { outcome: "established", multihomed: { client: ["2001:db8::1"], server: ["2001:db8::2"] } },
  ]);
});

await t.test("what comes on another path proves an association, with the right tag alone", async (t) => {
  const proven = agreed().sctp({ ...toServer, chunk: Chunk.DATA });
  t.strictSame(proven.finish().map(summary), [`${CLIENT} > ${SERVER} established`]);
  const claimed = agreed().sctp({ ...toServer, tag: CLIENT_TAG, chunk: Chunk.DATA });
  t.strictSame(claimed.finish().map(summary), [`${CLIENT} > ${SERVER} half-open`]);
});

await t.test("an ABORT on another path ends the association", async (t) => {
  const wire = agreed()
    .sctp({ ...toServer, chunk: Chunk.DATA })
    .sctp({ ...toClient, chunk: Chunk.ABORT })
    .wait(2);
  t.strictSame(wire.closed().map(summary), [`${CLIENT} > ${SERVER} established`]);
});

await t.test("what still comes on another path of an association that is over makes none of its own", async (t) => {
  const wire = agreed()
    .sctp({ ...toServer, chunk: Chunk.DATA })
    .sctp({ ...toServer, chunk: Chunk.COMPLETE });
  wire.wait(5).sctp({ ...toClient, chunk: Chunk.DATA });
  t.strictSame(wire.finish().map(summary), [`${CLIENT} > ${SERVER} established`]);
});

await t.test("the tags do not make an association of ends that nobody told, nor of other ports", async (t) => {
  for (const stray of [
    { from: "10.0.9.9:36412", to: OTHER_SERVER },
    { from: OTHER_CLIENT, to: "10.0.9.9:38412" },
    { from: "10.0.1.1:36413", to: OTHER_SERVER },
    { from: OTHER_CLIENT, to: "10.0.1.2:38413" },
  ]) {
    const wire = agreed().sctp({ ...toServer, ...stray, chunk: Chunk.DATA });
    t.strictSame(wire.finish().map(summary), [
      `${CLIENT} > ${SERVER} half-open`,
      `${stray.from} ? ${stray.to} inferred`,
    ]);
  }
});

await t.test(
  "two associations between the same addresses and ports on other paths stay apart by their tags",
  async (t) => {
    const wire = agreed();
    init(wire, { from: OTHER_CLIENT, to: OTHER_SERVER, initiateTag: 177 });
    initAck(wire, { from: OTHER_SERVER, to: OTHER_CLIENT, tag: 177, initiateTag: 188 });
    wire.sctp({ from: OTHER_CLIENT, to: SERVER, tag: 188, chunk: Chunk.DATA });
    t.strictSame(wire.finish().map(summary).sort(), [
      `${CLIENT} > ${SERVER} half-open`,
      `${OTHER_CLIENT} > ${OTHER_SERVER} established`,
    ]);
  },
);

await t.test("a server that answers from another of its addresses than was asked has answered", async (t) => {
  const wire = new Wire();
  init(wire);
  initAck(wire, { from: OTHER_SERVER });
  wire.sctp({ from: CLIENT, to: SERVER, tag: SERVER_TAG, chunk: Chunk.DATA });
  t.strictSame(wire.finish().map(summary), [`${CLIENT} > ${SERVER} established`]);
  const stranger = new Wire();
  init(stranger);
  initAck(stranger, { from: OTHER_SERVER, addresses: ["10.0.1.2"] });
  t.strictSame(stranger.finish().map(summary), [
    `${CLIENT} > ${SERVER} unanswered`,
    `${CLIENT} > ${OTHER_SERVER} half-open`,
  ]);
});

await t.test("a side that tells but the address that it is known by has no others", async (t) => {
  const wire = new Wire();
  init(wire, { addresses: ["10.0.0.1"] });
  initAck(wire, { addresses: [] });
  t.equal(wire.finish()[0]!.multihomed, undefined);
});

await t.test("what is used again for another connection does not keep the addresses of an association", async (t) => {
  const wire = agreed()
    .sctp({ ...toServer, chunk: Chunk.ABORT })
    .wait(20);
  wire.handshake("10.0.0.1:40000", "10.0.0.2:80");
  t.strictSame(
    wire.finish().map(({ protocol, multihomed }) => [protocol, multihomed === undefined]),
    [
      ["SCTP", false],
      ["TCP", true],
    ],
  );
});

await t.test(
  "an association is found by no other tag than its own, though there are more tags than places",
  async (t) => {
    const connection = new TrackedPool().takeConnection("SCTP", 0);
    connection.homes = { client: new Uint32Array(4), server: new Uint32Array(4) };
    connection.clientToken = CLIENT_TAG;
    connection.serverToken = SERVER_TAG;
    connection.views = [new TrackedPool().takeView(132, connection)];
    const associations = new Associations();
    associations.note(connection);
    const headers = new Headers(); // between the ends of the view, all zero
    const found: number[] = [];
    for (let tag = 0; tag < 100_000; tag++) {
      headers.sctpVerificationTag = tag;
      if (associations.find(headers) !== undefined) found.push(tag);
    }
    t.strictSame(found, [CLIENT_TAG, SERVER_TAG]);
  },
);
