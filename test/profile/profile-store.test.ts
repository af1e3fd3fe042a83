import { mkdirSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import t from "tap";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { ProfileSaver } from "../../src/profile/profile-saver.ts";
import { ProfileStore, StoreFault } from "../../src/profile/profile-store.ts";
import { us } from "../cluster/builders.ts";
import { DATABASE, JAVAAPP_0, JCLIENT, made, shop, workload } from "./shop.ts";

const cluster = shop();

function learnSome(book: ProfileBook): void {
  const resolver = { ip: "10.1.1.2", port: 53 };
  const named = { client: JAVAAPP_0, resolver, name: "a.example", addresses: ["203.0.113.7"], ttlSeconds: 1 };
  book.addName({ ...named, timeUs: us("12:00:00") });
  const bytes = { toServer: 1, toClient: 2, exact: true };
  book.addClosed(cluster.identifyConnection(made(`${JCLIENT}:1`, `${JAVAAPP_0}:8080`, { bytes })));
  book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, `${DATABASE}:5432`, { outcome: "refused" })));
  book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, "203.0.113.7:443")));
}

await t.test("a restart keeps the profiles, and they grow on", async (t) => {
  const folder = t.testdir();
  const before = new ProfileBook();
  const store = new ProfileStore(folder);
  learnSome(before);
  new ProfileSaver(before, store).save(0);
  store.close();

  const again = new ProfileStore(folder);
  const after = new ProfileBook();
  after.restore(again.edges(), again.window());
  again.close();
  t.strictSame(after.profiles(cluster), before.profiles(cluster));
  learnSome(before);
  learnSome(after);
  t.strictSame(after.profiles(cluster), before.profiles(cluster));
});

await t.test("what was saved is there although the process was killed without closing", async (t) => {
  const folder = t.testdir();
  const book = new ProfileBook();
  const store = new ProfileStore(folder);
  t.teardown(() => store.close());
  learnSome(book);
  new ProfileSaver(book, store).save(0);
  const other = new ProfileStore(folder);
  t.teardown(() => other.close());
  t.equal([...other.edges()].length, 5);
});

await t.test("what is forgotten does not come back with a restart", async (t) => {
  const folder = t.testdir();
  const book = new ProfileBook();
  const store = new ProfileStore(folder);
  const saver = new ProfileSaver(book, store);
  learnSome(book);
  saver.save(0);
  const ref = workload("shop", "javaapp");
  saver.forget(
    ref,
    book.forget(ref, () => true),
  );
  saver.save(1);
  t.strictSame(
    [...store.edges()].map(({ workload: { name } }) => name),
    ["database", "jclient"],
  );
  store.close();
});

await t.test("what the disk would not take is written with the next save that works", async (t) => {
  const book = new ProfileBook();
  const folder = t.testdir();
  const store = new ProfileStore(folder);
  const saver = new ProfileSaver(book, store);
  const lock = new DatabaseSync(join(folder, "weir.db"));
  lock.exec("PRAGMA busy_timeout = 0; DROP TABLE window");
  learnSome(book);
  saver.save(0);
  t.match(saver.fault, /window/u);
  lock.exec(
    "CREATE TABLE window (id INTEGER PRIMARY KEY CHECK (id = 0), since_us REAL, until_us REAL, dropped INTEGER)",
  );
  lock.close();
  saver.save(1);
  t.equal(saver.fault, undefined);
  t.equal([...store.edges()].length, 5);
  store.close();
});

await t.test("a quiet book leaves the disk alone", async (t) => {
  const book = new ProfileBook();
  const store = new ProfileStore(t.testdir());
  const saver = new ProfileSaver(book, store);
  saver.save(60_000);
  store.close();
  saver.save(61_000);
  t.equal(saver.fault, undefined, "nothing was written to the closed store");
  saver.save(180_000);
  t.type(saver.fault, "string");
});

await t.test("a store of a newer weir is refused in one line that names the file", async (t) => {
  const folder = t.testdir();
  new ProfileStore(folder).close();
  const database = new DatabaseSync(join(folder, "weir.db"));
  database.exec("PRAGMA user_version = 99");
  database.close();
  t.throws(
    () => new ProfileStore(folder),
    new StoreFault(`${folder}/weir.db: made by a newer weir (schema 99; this one knows 1)`),
  );
});

await t.test("a file that is no database is refused in one line that names it", async (t) => {
  const folder = join(t.testdir(), "store");
  mkdirSync(folder);
  writeFileSync(join(folder, "weir.db"), "this is not a database, and long enough to be looked at as one".repeat(50));
  t.throws(() => new ProfileStore(folder), new StoreFault(`${folder}/weir.db: file is not a database`));
});
