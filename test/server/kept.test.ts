import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { DecisionBook } from "../../src/profile/decision-book.ts";
import type { ProfileBook } from "../../src/profile/profile-book.ts";
import { ProfileSaver } from "../../src/profile/profile-saver.ts";
import { ProfileStore } from "../../src/profile/profile-store.ts";
import { server } from "./ask.ts";

/** What a process that is killed now leaves behind. */
function leftBehind(folder: string, name: string): number {
  const left = join(folder, name);
  mkdirSync(left);
  for (const file of ["weir.db", "weir.db-wal"])
    if (existsSync(join(folder, file))) copyFileSync(join(folder, file), join(left, file));
  const store = new ProfileStore(left);
  const { edges } = store.load();
  store.close();
  return edges.length;
}

for (const path of ["/api/v1/profiles", "/api/v1/graph", "/api/v1/profiles/shop/deployment/javaapp"])
  await t.test(`what ${path} shows is on disk before it is shown`, async (t) => {
    const folder = t.testdir();
    const store = new ProfileStore(folder);
    t.teardown(() => store.close());
    let book: ProfileBook | undefined;
    const keep = (): void =>
      new ProfileSaver({ book: book!, store, decisions: new DecisionBook(store) }).keep(Date.now());
    const asked = await server([], { keep });
    ({ book } = asked);
    t.equal(leftBehind(folder, "before"), 0);
    t.equal((await asked.app.inject("/metrics")).statusCode, 200);
    t.equal(leftBehind(folder, "after metrics"), 0, "who shows no edge writes none");
    t.equal((await asked.app.inject("/api/v1/profiles/shop/deployment/nobody")).statusCode, 404);
    t.equal(leftBehind(folder, "after a refusal"), 0, "nor does a refusal");
    t.equal((await asked.app.inject(path)).statusCode, 200);
    t.equal(leftBehind(folder, "after"), book.stored().length);
  });
