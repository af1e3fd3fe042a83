import t from "tap";
import { HeavyConversations } from "../../src/flow/heavy-conversations.ts";
import { TrackedPool } from "../../src/flow/tracked-pool.ts";
import type { TrackedView } from "../../src/flow/tracked.ts";

const TCP = 6;

function newView(pool: TrackedPool): TrackedView {
  const connection = pool.takeConnection("TCP", 0);
  const view = pool.takeView(TCP, connection);
  connection.views = [view];
  return view;
}

function note(heavy: HeavyConversations, view: TrackedView, packets: number): void {
  for (let n = 0; n < packets; n++) heavy.note(view);
}

await t.test("a sampled conversation that has ended is used again for another", async (t) => {
  const pool = new TrackedPool();
  const heavy = new HeavyConversations();
  const view = newView(pool);
  const { connection } = view;
  note(heavy, view, 160);
  pool.freeView(view);
  pool.freeConnection(connection);
  t.equal(pool.takeConnection("TCP", 1), connection);
  t.equal(pool.takeView(TCP, connection), view);
});

await t.test("packets of the one that had its place before are not counted for another", async (t) => {
  const pool = new TrackedPool();
  const heavy = new HeavyConversations();
  const view = newView(pool);
  note(heavy, view, 1_600);
  pool.freeView(view);
  t.strictSame(heavy.take(0), [], "who has ended is not heavy");
  note(heavy, view, 1_600);
  pool.freeView(view);
  note(heavy, view, 160);
  t.strictSame(heavy.take(0), [{ view, packets: 160 }]);
});
