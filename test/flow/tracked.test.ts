import t from "tap";
import { ToldConnections } from "../../src/flow/told-connections.ts";
import { TrackedConnection, TrackedView } from "../../src/flow/tracked.ts";
import { TrackedPool } from "../../src/flow/tracked-pool.ts";

/** Overwrites all that is not an object of its own with what no connection has. */
function spoil(object: object): void {
  const fields = object as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "number") fields[name] = value + 4_242;
    else if (typeof value === "boolean") fields[name] = !value;
    else if (typeof value !== "object") fields[name] = "spoilt";
  }
}

/** Set by the pool and the table at once. */
const others = new Set(["serial", "era", "ends", "views", "connection"]);

/** What a reset has to bring back. */
function stateOf(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !others.has(name)));
}

await t.test("a connection that is used again remembers nothing of the one before", async (t) => {
  const used = new TrackedConnection();
  for (const part of [used, used.client, used.server]) spoil(part);
  used.reset("SCTP", 7);
  const fresh = new TrackedConnection();
  fresh.reset("SCTP", 7);
  t.strictSame(stateOf(used), stateOf(fresh));
});

await t.test("nor does a view", async (t) => {
  const connection = new TrackedConnection();
  const used = new TrackedView(connection);
  spoil(used);
  used.reset(6, connection);
  const fresh = new TrackedView(connection);
  fresh.reset(6, connection);
  t.strictSame(stateOf(used), stateOf(fresh));
});

await t.test("who remembers a view by its serial sees that it is no more, before it is used again", async (t) => {
  const pool = new TrackedPool();
  const connection = pool.takeConnection("TCP", 1);
  const view = pool.takeView(6, connection);
  const { serial } = view;
  pool.freeView(view);
  t.not(view.serial, serial);
  t.equal(pool.takeView(6, connection), view, "it is used again");
});

await t.test("what somebody beside the table remembers is not used again", async (t) => {
  const pool = new TrackedPool();
  const connection = pool.takeConnection("TCP", 1);
  const view = pool.takeView(6, connection);
  connection.isKept = true;
  view.isKept = true;
  pool.freeView(view);
  pool.freeConnection(connection);
  t.not(pool.takeConnection("TCP", 2), connection);
  t.not(pool.takeView(6, connection), view);
});

await t.test("the ends of a told connection are known for a while, and which connection it was", async (t) => {
  const told = new ToldConnections();
  told.note(0x2bcd1234, 77, 1_000);
  t.ok(told.has(0x2bcd1234, 1_000));
  t.notOk(told.has(0x2bcd1234, 1_001));
  t.notOk(told.has(0x2bcd1235, 1_000));
  t.notOk(told.has(0x1bcd1234, 1_000), "the same place, another hash");
  t.ok(told.hasWithToken(0x2bcd1234, 77, 1_000));
  t.notOk(told.hasWithToken(0x2bcd1234, 78, 1_000));
  told.note(0x1bcd1234, 5, 1_000);
  t.notOk(told.has(0x2bcd1234, 1_000), "the later one has the place");
});
