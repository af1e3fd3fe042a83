import * as fc from "fast-check";
import t from "tap";
import type { ByteCount, Connection, Endpoint, FlowEvent, OtherAddresses, View } from "../../src/flow/connection.ts";
import { toConnectionJson } from "../../src/flow/connection-json.ts";
import { decodeEvent, writeEvent } from "../../src/flow/event-line.ts";
import { JsonOctets } from "../../src/flow/json-octets.ts";

/** One arbitrary a member: a member that is added to the type and not here does not compile, and one not written fails. */
type Members<Type> = { readonly [Name in keyof Required<Type>]: fc.Arbitrary<Type[Name]> };

const octets = fc.integer({ min: 0, max: 2 ** 48 });
const timeUs = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }); // the year 2255
const endpoint = plain<Endpoint>({ ip: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.integer({ min: 0, max: 65_535 }) });
const view = plain<View>({ client: endpoint, server: endpoint });
const byteCount = plain<ByteCount>({ toServer: octets, toClient: octets, exact: fc.boolean() });
const addresses = fc.array(
  endpoint.map(({ ip }) => ip),
  { maxLength: 8 },
);
const members: Members<Connection> = {
  id: fc.stringMatching(/^[0-9a-z]{1,12}-[0-9a-z]{1,6}$/u),
  protocol: fc.constantFrom("TCP", "UDP", "SCTP"),
  client: endpoint,
  server: endpoint,
  direction: fc.constant("unknown"),
  outcome: fc.constantFrom("established", "half-open", "refused", "unanswered", "inferred"),
  oneSided: fc.constant(true),
  inferredFrom: fc.constantFrom("conntrack", "listener", "socket", "cluster"),
  bytes: fc.option(byteCount),
  estimatedSince: fc.constant("2024-01-01T00:00:20.000000Z"),
  startUs: timeUs,
  endUs: timeUs,
  nat: fc.array(view, { maxLength: 8 }),
  multihomed: plain<OtherAddresses>({ client: addresses, server: addresses }),
};
const connection = fc.record(members, {
  requiredKeys: ["id", "protocol", "client", "server", "outcome", "bytes", "startUs", "endUs", "nat"],
  noNullPrototype: true,
}) as fc.Arbitrary<Connection>;
const connectionEvent: fc.Arbitrary<ConnectionEvent> = fc.oneof(
  plain<ConnectionEvent>({ kind: fc.constant("opened" as const), connection }),
  plain<ConnectionEvent>({ kind: fc.constant("closed" as const), connection }),
  plain<ConnectionEvent>({ kind: fc.constant("closed" as const), connection, endUnseen: fc.constant(true as const) }),
);

function plain<Type>(all: { readonly [Name in keyof Type]: fc.Arbitrary<Type[Name]> }): fc.Arbitrary<Type> {
  return fc.record<Type>(all, { noNullPrototype: true });
}

type ConnectionEvent = Extract<FlowEvent, { readonly kind: "opened" | "closed" }>;

function lineOf(...events: readonly FlowEvent[]): string {
  const json = new JsonOctets(1024 * 1024);
  for (const event of events) writeEvent(event, json);
  return json.octets.toString("utf8", 0, json.end);
}

await t.test("a connection's octets are those that JSON.stringify makes of its public form", async () => {
  fc.assert(
    fc.property(connectionEvent, (event) => {
      const { kind, connection: told, ...rest } = event;
      const plainly = JSON.stringify({ event: kind, ...rest, ...toConnectionJson(told) });
      return lineOf(event) === `${plainly}\n`;
    }),
  );
});

await t.test("a connection is read as it was written, also after another", async () => {
  fc.assert(
    fc.property(connectionEvent, connectionEvent, (one, other) => {
      const lines = lineOf(one, other).trimEnd().split("\n");
      t.strictSame(lines.map(decodeEvent), [one, other]);
    }),
  );
});

await t.test("a DNS answer keeps a name with quotes, controls and other scripts in it", async () => {
  const resolver = { ip: "10.96.0.10", port: 53 };
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const resolved = { client: "10.1.0.1", resolver, name, addresses: ["192.0.2.1"], ttlSeconds: 5, timeUs: 7 };
      t.strictSame(decodeEvent(lineOf({ kind: "resolved", resolved })), { kind: "resolved", resolved });
    }),
  );
});

await t.test("what is no event is refused", async () => {
  const good = lineOf({ kind: "closed", connection: fc.sample(connection, { numRuns: 1, seed: 1 })[0]! });
  for (const bad of [
    "",
    "{}",
    "null",
    good.slice(0, -9),
    good.replace(/"start":"\d/u, '"start":"x'),
    '{"event":"odd"}',
  ]) {
    t.throws(() => decodeEvent(bad), bad);
  }
});
