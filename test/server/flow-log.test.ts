import { once } from "node:events";
import t from "tap";
import { FlowLog } from "../../src/server/flow-log.ts";

await t.test("the latest flows are shown in their order, the oldest forgotten", async (t) => {
  const log = new FlowLog<number>((number) => ({ number }));
  for (let number = 0; number < 4_500; number++) log.add(number);
  const lines = log.recent().trimEnd().split("\n");
  t.equal(lines.length, 2_000);
  t.strictSame([lines[0], lines.at(-1)], ['{"number":2500}', '{"number":4499}']);
});

await t.test("a flow becomes text only when somebody reads it", async (t) => {
  let made = 0;
  const log = new FlowLog<number>((number) => {
    made += 1;
    return number;
  });
  for (let number = 0; number < 10; number++) log.add(number);
  t.equal(made, 0);
  t.equal(log.recent(), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  const follower = log.follow()!;
  log.add(10);
  log.close();
  let heard = "";
  for await (const piece of follower) heard += String(piece);
  t.equal(heard, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
});

await t.test("who never reads gives his place to others in the end", async (t) => {
  const log = new FlowLog<string>();
  const follower = log.follow({ most: 1 })!;
  t.equal(log.follow({ most: 1 }), undefined, "the place is taken");
  const closed = once(follower, "close");
  const line = "x".repeat(100);
  for (let number = 0; number < 115_000; number++) log.add(line);
  await closed;
  t.ok(log.follow({ most: 1 }));
});

await t.test("nothing is added to a stream that has ended", async (t) => {
  const log = new FlowLog<number>();
  const follower = log.follow()!;
  follower.end("over");
  follower.end("again");
  log.add(1);
  t.equal(String(follower.read()), '{"ended":"over"}\n');
  t.equal(follower.read(), null);
});
