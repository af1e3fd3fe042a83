import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { ProfileSaver } from "../../src/profile/profile-saver.ts";
import { ProfileStore } from "../../src/profile/profile-store.ts";
import { edgeKey } from "../../src/profile/edge.ts";
import { Tombstones, TombstonesFull } from "../../src/profile/tombstones.ts";
import { DecisionBook } from "../../src/profile/decision-book.ts";
import { StoreFault } from "../../src/profile/store-fault.ts";
import { us } from "../cluster/builders.ts";
import { DATABASE, JAVAAPP_0, JCLIENT, made, shop, workload } from "./shop.ts";

const cluster = shop();

function at(time: string): { startUs: number; endUs: number } {
  return { startUs: us(time), endUs: us(time) };
}

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
  new ProfileSaver({ book: before, store: store, decisions: new DecisionBook(store) }).save(0);
  store.close();

  const again = new ProfileStore(folder);
  const after = new ProfileBook();
  after.restore(again.load());
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
  new ProfileSaver({ book: book, store: store, decisions: new DecisionBook(store) }).save(0);
  // What lies on the disk now is what a killed process leaves behind.
  const left = join(folder, "left");
  mkdirSync(left);
  for (const name of ["weir.db", "weir.db-wal"]) copyFileSync(join(folder, name), join(left, name));
  const other = new ProfileStore(left);
  t.teardown(() => other.close());
  t.equal(other.load().edges.length, 5);
});

await t.test("a second weir on the same folder is refused in one line", async (t) => {
  const folder = t.testdir();
  const store = new ProfileStore(folder);
  t.teardown(() => store.close());
  t.throws(() => new ProfileStore(folder), new StoreFault(`${folder}/weir.db: another weir uses it`));
});

await t.test("nobody else on the machine may read who talks to whom", async (t) => {
  const folder = t.testdir();
  new ProfileStore(folder).close();
  t.equal(statSync(join(folder, "weir.db")).mode & 0o777, 0o600);
});

await t.test("what is forgotten does not come back with a restart", async (t) => {
  const folder = t.testdir();
  const book = new ProfileBook();
  const store = new ProfileStore(folder);
  const saver = new ProfileSaver({ book: book, store: store, decisions: new DecisionBook(store) });
  learnSome(book);
  saver.save(0);
  const ref = workload("shop", "javaapp");
  saver.forget(ref, {}, us("13:00:00") / 1000);
  saver.save(1);
  t.strictSame(
    store.load().edges.map(({ workload: { name } }) => name),
    ["database", "jclient"],
  );
  store.close();
});

await t.test("what was forgotten stays out though its record comes again late, and after a restart", async (t) => {
  const folder = t.testdir();
  const store = new ProfileStore(folder);
  const book = new ProfileBook();
  const saver = new ProfileSaver({ book: book, store: store, decisions: new DecisionBook(store) });
  const ref = workload("shop", "javaapp");
  const attack = made(`${JAVAAPP_0}:40000`, "203.0.113.66:1389", { startUs: us("12:10:00"), endUs: us("12:10:01") });
  const edge = "egress|external/203.0.113.66|TCP|1389";
  const ids = (of: ProfileBook) => of.profile(ref, cluster)?.egress.map(edgeKey);
  book.addOpened(cluster.identifyConnection(attack));
  t.strictSame(saver.forget(ref, { edge }, us("12:20:00") / 1000), [edge]);
  book.addClosed(cluster.identifyConnection(attack));
  book.addClosed(cluster.identifyConnection({ ...attack, id: "told by another capture" }));
  t.strictSame(ids(book), []);
  saver.save(0);
  store.close();

  const again = new ProfileStore(folder);
  t.teardown(() => again.close());
  const after = new ProfileBook();
  after.restore(again.load());
  after.addClosed(cluster.identifyConnection(attack));
  after.addClosed(cluster.identifyConnection({ ...attack, outcome: "refused" }));
  t.strictSame([ids(after), after.profile(ref, cluster)?.failed], [[], []]);
  const later = { startUs: us("12:20:01"), endUs: us("12:20:02") };
  after.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:40001`, "203.0.113.66:1389", later)));
  t.strictSame(ids(after), [edge], "what begins after the forgetting is news");
});

await t.test("a forgotten span of time stays out, and what lies beside it counts", async (t) => {
  const store = new ProfileStore(t.testdir());
  t.teardown(() => store.close());
  const book = new ProfileBook();
  const saver = new ProfileSaver({ book: book, store: store, decisions: new DecisionBook(store) });
  const ref = workload("shop", "javaapp");
  const span = { afterMs: us("12:10:00") / 1000, beforeMs: us("12:20:00") / 1000 };
  saver.forget(ref, span, us("13:00:00") / 1000);
  for (const [n, time] of ["12:09:59", "12:10:01", "12:19:59", "12:20:01"].entries())
    book.addClosed(
      cluster.identifyConnection(
        made(`${JAVAAPP_0}:${n + 1}`, `203.0.113.${n}:443`, { startUs: us(time), endUs: us(time) }),
      ),
    );
  t.strictSame(
    book.profile(ref, cluster)?.egress.map(({ peer }) => peer),
    [
      { type: "external", ip: "203.0.113.0" },
      { type: "external", ip: "203.0.113.3" },
    ],
  );
});

await t.test("an old attempt that failed is forgotten without the edge that came of a later one", async (t) => {
  const folder = t.testdir();
  const store = new ProfileStore(folder);
  const book = new ProfileBook();
  const saver = new ProfileSaver({ book, store, decisions: new DecisionBook(store) });
  const ref = workload("shop", "javaapp");
  const [early, late] = ["12:00:00", "12:30:00"].map(at);
  const attempt = made(`${JAVAAPP_0}:1`, `${DATABASE}:5432`, { ...early, outcome: "refused" });
  const connection = made(`${JAVAAPP_0}:2`, `${DATABASE}:5432`, late);
  for (const each of [attempt, connection]) book.addClosed(cluster.identifyConnection(each));
  saver.save(0);
  const edge = "egress|workload/data/Deployment/database|TCP|5432";
  t.strictSame(saver.forget(ref, { beforeMs: us("12:10:00") / 1000 }, us("13:00:00") / 1000), [edge]);
  store.close();
  const again = new ProfileStore(folder);
  t.teardown(() => again.close());
  const restored = new ProfileBook();
  restored.restore(again.load());
  for (const each of [book, restored]) {
    const { egress, failed } = each.profile(ref, cluster)!;
    t.strictSame([egress.map(edgeKey), failed], [[edge], []]);
  }
});

await t.test("bytes of a forgotten connection don't reach the edge that began anew", async (t) => {
  const store = new ProfileStore(t.testdir());
  t.teardown(() => store.close());
  const book = new ProfileBook();
  const saver = new ProfileSaver({ book: book, store: store, decisions: new DecisionBook(store) });
  const ref = workload("shop", "javaapp");
  const old = made(`${JAVAAPP_0}:1`, "203.0.113.7:443", { startUs: us("12:00:00"), endUs: us("12:00:00") });
  book.addOpened(cluster.identifyConnection(old));
  saver.forget(ref, {}, us("12:10:00") / 1000);
  const anew = { startUs: us("12:10:01"), endUs: us("12:10:01") };
  book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:2`, "203.0.113.7:443", anew)));
  book.addClosed(cluster.identifyConnection({ ...old, bytes: { toServer: 9, toClient: 9, exact: true } }));
  t.match(book.profile(ref, cluster)?.egress, [{ connections: 1, bytes: null }]);
});

await t.test(
  "a connection of a forgotten time ends in its edge, where that has stayed for what came before",
  async (t) => {
    const store = new ProfileStore(t.testdir());
    t.teardown(() => store.close());
    const book = new ProfileBook();
    const saver = new ProfileSaver({ book, store, decisions: new DecisionBook(store) });
    const ref = workload("shop", "javaapp");
    book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, "203.0.113.7:443", at("12:00:00"))));
    const open = made(`${JAVAAPP_0}:2`, "203.0.113.7:443", at("12:15:00"));
    book.addOpened(cluster.identifyConnection(open));
    t.strictSame(saver.forget(ref, { afterMs: us("12:10:00") / 1000 }, us("13:00:00") / 1000), []);
    const bytes = { toServer: 9, toClient: 9, exact: true };
    book.addClosed(cluster.identifyConnection({ ...open, bytes }));
    const [edge] = book.profile(ref, cluster)!.egress;
    t.strictSame([edge?.connections, edge?.open, edge?.bytes], [2, undefined, bytes]);
  },
);

await t.test("tombstones are bounded, and one of the whole profile takes the place of its parts", async (t) => {
  const tombstones = new Tombstones();
  const ref = workload("shop", "javaapp");
  const bury = (what: object, atMs: number) => tombstones.set(ref, tombstones.with({ ...what, workload: ref, atMs }));
  for (let n = 0; n < 256; n++) bury({ edge: `edge ${n}` }, n);
  bury({ edge: "edge 0" }, 300);
  t.throws(() => bury({ edge: "one more" }, 301), TombstonesFull);
  bury({}, 302);
  t.strictSame(tombstones.with({ edge: "x", workload: ref, atMs: 303 }).length, 2);
  t.ok(tombstones.isBuried(ref, "any", 302_999));
  t.notOk(tombstones.isBuried(ref, "any", 303_000));
  t.notOk(tombstones.isBuried(workload("shop", "web"), "any", 1));
});

await t.test("one namespace's tombstones leave room for those of every other", async (t) => {
  const tombstones = new Tombstones();
  /** Each of another workload's, until there is no room; gives how many. */
  const fill = (namespace: string): number => {
    for (let n = 0; ; n++)
      try {
        const ref = workload(namespace, `w${n >> 8}`);
        tombstones.set(ref, tombstones.with({ edge: `edge ${n & 255}`, workload: ref, atMs: n }));
      } catch (error) {
        if (error instanceof TombstonesFull) return n;
        throw error;
      }
  };
  t.equal(fill("shop"), 8_192, "half of all, for one namespace");
  t.equal(fill("data"), 4_096, "half of what is left");
  tombstones.set(workload("shop", "w0"), []);
  t.equal(fill("another") > 2_000, true);
});

const unshare = ["unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "x", tmpdir()]] as const;
const hasMounts = spawnSync(...unshare).status === 0;
const skip = hasMounts ? false : "this machine makes no mount namespaces";

await t.test("what a full disk would not take is written as soon as there is room", { skip }, async (t) => {
  const script = fileURLToPath(new URL("full-disk.ts", import.meta.url));
  const inside = `mount -t tmpfs -o size=256k x "$1" && exec "$2" --disable-warning=ExperimentalWarning "$3" "$1"`;
  const args = [
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-ec",
    inside,
    "-",
    t.testdir(),
    process.execPath,
    script,
  ];
  const { stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8" });
  t.equal(stderr, "");
  t.match(JSON.parse(stdout || "{}"), { whenFull: /full/u, learned: 3_000, stored: 3_000 });
});

await t.test("a quiet book leaves the disk alone", async (t) => {
  const book = new ProfileBook();
  const store = new ProfileStore(t.testdir());
  const saver = new ProfileSaver({ book: book, store: store, decisions: new DecisionBook(store) });
  saver.save(60_000);
  store.close();
  saver.save(61_000);
  t.equal(saver.fault, undefined, "nothing was written to the closed store");
  saver.save(180_000);
  t.type(saver.fault, "string");
});

await t.test("a store of the first schema is taken on, with the drops that it counted", async (t) => {
  const folder = t.testdir();
  const database = new DatabaseSync(join(folder, "weir.db"));
  database.exec(`
    CREATE TABLE edge (
      workload TEXT NOT NULL, shelf TEXT NOT NULL, key TEXT NOT NULL,
      namespace TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
      value TEXT NOT NULL, PRIMARY KEY (workload, shelf, key)
    ) WITHOUT ROWID;
    CREATE TABLE window (id INTEGER PRIMARY KEY CHECK (id = 0), since_us REAL, until_us REAL, dropped INTEGER);
    INSERT INTO window VALUES (0, 1000, 2000, 7);
    PRAGMA user_version = 1`);
  database.close();
  const losses = { dropped: 7, sampledOut: 0, overflowed: 0, evicted: 0, restarts: 0, unwatchedUs: 0 };
  const window = { sinceUs: 1000, untilUs: 2000, losses, older: null };
  const store = new ProfileStore(folder);
  t.strictSame(store.load().window, window);
  store.save([], window);
  t.strictSame(store.load().window, window);
  store.close();
});

await t.test("a store of a newer weir is refused in one line that names the file", async (t) => {
  const folder = t.testdir();
  new ProfileStore(folder).close();
  const database = new DatabaseSync(join(folder, "weir.db"));
  database.exec("PRAGMA user_version = 99");
  database.close();
  t.throws(
    () => new ProfileStore(folder),
    new StoreFault(`${folder}/weir.db: made by a newer weir (schema 99; this one knows 6)`),
  );
});

await t.test("a folder that can't be made is said, and not tried for ever", async (t) => {
  t.throws(() => new ProfileStore("/proc/weir/store"), {
    name: "StoreFault",
    message: /^\/proc\/weir\/store\/weir\.db: ENOENT/u,
  });
});

await t.test(
  "what can't be forgotten on disk is not forgotten at all, so that it never comes back by surprise",
  async (t) => {
    const book = new ProfileBook();
    const store = new ProfileStore(t.testdir());
    const saver = new ProfileSaver({ book: book, store: store, decisions: new DecisionBook(store) });
    learnSome(book);
    store.close();
    const ref = workload("shop", "javaapp");
    const before = book.profile(ref, cluster);
    t.throws(() => saver.forget(ref, {}, us("13:00:00") / 1000));
    t.strictSame(book.profile(ref, cluster), before);
  },
);
