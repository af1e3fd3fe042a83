import { mkdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ProfileStore } from "../../src/profile/profile-store.ts";

function observerOf(folder: string): string {
  const store = new ProfileStore(folder);
  const { observer } = store;
  store.close();
  return observer;
}

await t.test("a store has a name that it keeps, and that no other has", (t) => {
  const [one = "", other = ""] = ["one", "other"].map((name) => join(t.testdir(), name));
  for (const folder of [one, other]) mkdirSync(folder, { recursive: true });
  const name = observerOf(one);
  t.match(name, /^[0-9a-f]{16}$/u);
  t.equal(observerOf(one), name, "over restarts");
  t.not(observerOf(other), name);
  t.end();
});
