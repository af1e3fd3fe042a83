import t from "tap";
import { OpenFailures } from "../../src/capture/open-failures.ts";

const down = { name: "eth0", message: "That device is not up", carried: 5, nowMs: 0 };

await t.test("an interface that can't be opened is tried again once it has carried something", async (t) => {
  const failures = new OpenFailures(() => {});
  t.ok(failures.isWorthTrying("eth0", 5, 0));
  failures.note(down);
  t.notOk(failures.isWorthTrying("eth0", 5, 100_000), "nothing went over it");
  t.notOk(failures.isWorthTrying("eth0", 6, 999), "at once");
  t.ok(failures.isWorthTrying("eth0", 6, 1_000));
});

await t.test("one that never can is tried less and less often, and its reason told once", async (t) => {
  const told: string[] = [];
  const failures = new OpenFailures((message) => told.push(message));
  let tries = 0;
  for (let second = 0; second < 3_600; second++) {
    if (!failures.isWorthTrying("can0", second, second * 1000)) continue;
    tries += 1;
    failures.note({ name: "can0", message: "link type CAN", carried: second, nowMs: second * 1000 });
  }
  t.ok(tries < 70, `${tries} tries in an hour`);
  t.strictSame(told, ["link type CAN; it is tried again when it carries packets"]);
});

await t.test("interfaces that are no more are forgotten", async (t) => {
  const failures = new OpenFailures(() => {});
  failures.note(down);
  failures.keepOnly(new Set(["eth1"]));
  t.equal(failures.size, 0);
});
