import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import t from "tap";
import { DecisionBook } from "../../src/profile/decision-book.ts";
import { edgeKey } from "../../src/profile/edge.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { ProfileSaver } from "../../src/profile/profile-saver.ts";
import { ProfileStore } from "../../src/profile/profile-store.ts";
import type { Stored } from "../../src/profile/stored.ts";
import { Random } from "../random.ts";
import { us } from "../cluster/builders.ts";
import { JAVAAPP_0, made, shop, workload } from "./shop.ts";

const resolver = { ip: "10.1.1.2", port: 53 };
const PAGE = 4_096;
const LEARNED = 3_000;
const cluster = shop();
const ref = workload("shop", "javaapp");

interface Kept {
  readonly folder: string;
  readonly file: string;
  /** By workload and key. */
  readonly edges: ReadonlyMap<string, unknown>;
}

/** A closed store of 3,000 edges, some of them attempts that failed, a decision and a forgetting. */
function keptStore(folder: string, count = LEARNED): Kept {
  mkdirSync(folder, { recursive: true });
  const store = new ProfileStore(folder);
  const parts = learnedBy(store, count);
  parts.saver.save(0);
  const { edges } = store.load();
  store.close();
  return { folder, file: join(folder, "weir.db"), edges: byKey({ edges }) };
}

function learnedBy(store: ProfileStore, count = LEARNED) {
  const book = new ProfileBook();
  const decisions = new DecisionBook(store);
  const saver = new ProfileSaver({ book, decisions, store });
  learn(book, count);
  decisions.put(ref, { options: { deniedEgress: ["seen"] } } as never);
  saver.forget(ref, { edge: "egress|external/203.0.0.0|TCP|443" }, 1);
  return { book, decisions, saver };
}

function learn(book: ProfileBook, count: number): void {
  for (let n = 0; n < count; n++) {
    const name = `${"long-".repeat(40)}${n}.example`; // the store is larger than what SQLite keeps in memory
    const addresses = [`203.0.${n >> 8}.${n & 255}`];
    book.addName({ client: JAVAAPP_0, resolver, name, addresses, ttlSeconds: 60, timeUs: us("12:00:00") });
    const outcome = n % 10 === 0 ? "refused" : "established";
    book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, `203.0.${n >> 8}.${n & 255}:443`, { outcome })));
  }
}

function byKey({ edges }: Pick<Stored, "edges">): Map<string, unknown> {
  return new Map(edges.map((stored) => [`${stored.shelf} ${edgeKey(stored.edge)}`, stored]));
}

function overwrite(file: string, octets: Uint8Array, position: number): void {
  const fd = openSync(file, "r+");
  writeSync(fd, octets, 0, octets.length, position);
  closeSync(fd);
}

function asides(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.includes("damaged") && !name.endsWith("-wal"));
}

/** Opens it as the agent does. */
function restart(folder: string): { readonly stored: Stored; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const store = new ProfileStore(folder, (warning) => warnings.push(warning));
  const stored = store.load();
  store.close();
  return { stored, warnings };
}

/** Keys of those that are not as they were. */
function changed(left: ReadonlyMap<string, unknown>, before: ReadonlyMap<string, unknown>): readonly string[] {
  return [...left.keys()].filter((key) => JSON.stringify(left.get(key)) !== JSON.stringify(before.get(key)));
}

const noise = (length: number, seed: number): Uint8Array => {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.below(256));
};

const damages = {
  "that is empty": { damage: (file) => truncateSync(file, 0), leaves: 0, says: /it is empty/u },
  "that was never a database": {
    damage: (file) => writeFileSync(file, "long enough to be looked at as one".repeat(500)),
    leaves: 0,
    says: /not a database/u,
  },
  "whose first page is overwritten": {
    damage: (file) => overwrite(file, noise(PAGE, 1), 0),
    leaves: 0,
    says: /not a database/u,
  },
  "whose second half is cut off": {
    damage: (file) => truncateSync(file, PAGE * Math.floor(statSync(file).size / PAGE / 2)),
    leaves: 0,
    says: /malformed/u,
  },
  "with one page overwritten in its midst": {
    damage: (file) => overwrite(file, noise(PAGE, 2), PAGE * Math.floor(statSync(file).size / PAGE / 2)),
    leaves: LEARNED - 40,
    says: /page \d+/u,
  },
  "with a letter of one row changed": {
    damage: (file) => changeRow(file),
    leaves: LEARNED - 2,
    says: /1 rows of table edge have changed on the disk/u,
  },
} satisfies Record<string, { damage: (file: string) => void; leaves: number; says: RegExp }>;

function changeRow(file: string): void {
  const database = new DatabaseSync(file);
  database.exec("UPDATE edge SET value = replace(value, '203.0.5.5', '203.0.5.6') WHERE key LIKE '%203.0.5.5|%'");
  database.close();
}

for (const [name, { damage, leaves, says }] of Object.entries(damages)) {
  await t.test(`a store ${name} is set aside and said, and what can be read of it is kept`, async (t) => {
    const { folder, file, edges } = keptStore(join(t.testdir(), "store"));
    damage(file);
    const damagedSize = statSync(file).size;
    const { stored, warnings } = restart(folder);
    t.equal(warnings.length, 1);
    t.match(warnings[0], says);
    const [aside] = asides(folder);
    t.match(aside, /^weir\.db\.damaged-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/u);
    t.ok(warnings[0]!.includes(aside!), "the line names the file");
    t.ok(statSync(join(folder, aside!)).size >= damagedSize);
    const left = byKey(stored);
    t.ok(left.size >= leaves, `${left.size} of ${edges.size} edges`);
    t.strictSame(changed(left, edges), [], "each is as it was");
    t.strictSame(restart(folder), { stored, warnings: [] }, "the new store holds it, and nothing is wrong with it");
    t.notOk(asides(folder).length > 1);
  });
}

await t.test(
  "whatever octets are overwritten, nothing is told that was not stored, and the store goes on",
  async (t) => {
    const tests = t.testdir();
    const { folder, file, edges } = keptStore(join(tests, "store"), 300);
    const whole = join(tests, "whole.db");
    copyFileSync(file, whole);
    const wrong: string[] = [];
    let most = 0;
    for (let seed = 0; seed < 12; seed++) {
      const random = new Random(seed);
      copyFileSync(whole, file);
      for (let n = 0; n <= seed % 4; n++)
        overwrite(file, noise(1 + random.below(64), seed), random.below(statSync(file).size - 64));
      const { stored } = restart(folder);
      wrong.push(...changed(byKey(stored), edges).map((key) => `${seed} ${key}`));
      most = Math.max(most, stored.edges.length);
      if (restart(folder).stored.edges.length !== stored.edges.length) wrong.push(`${seed}: the new store differs`);
    }
    t.strictSame(wrong, []);
    t.ok(most > 0);
    t.equal(asides(folder).length, 3, "no more than three are kept");
  },
);

await t.test("damage that shows only when its page is needed costs nothing: memory is written anew", async (t) => {
  const { folder, file } = keptStore(join(t.testdir(), "store"));
  const warnings: string[] = [];
  const store = new ProfileStore(folder, (warning) => warnings.push(warning));
  const stored = store.load();
  const [book, decisions] = [new ProfileBook(), new DecisionBook(store)];
  book.restore(stored);
  decisions.restore(stored.decisions);
  const saver = new ProfileSaver({ book, decisions, store });
  for (let page = 20; page < 200; page += 1) overwrite(file, noise(PAGE, page), page * PAGE);
  learn(book, LEARNED);
  saver.save(1);
  t.equal(saver.fault, undefined);
  t.match(warnings, [/malformed; it is kept as weir\.db\.damaged-/u]);
  t.match(saver.detail, /^saved; damaged stores lie beside it: weir\.db\.damaged-/u);
  store.close();
  const again = restart(folder);
  t.strictSame(byKey(again.stored), byKey({ edges: book.stored() }));
  t.strictSame([again.stored.decisions, again.stored.tombstones], [stored.decisions, stored.tombstones]);
  t.ok(again.stored.edges.length >= LEARNED - 1);
});

await t.test("a file that is taken away while it is in use is made anew from memory", async (t) => {
  const folder = join(t.testdir(), "store");
  const store = new ProfileStore(folder);
  const { book, saver } = learnedBy(store);
  saver.save(0);
  rmSync(folder, { recursive: true });
  learn(book, 10);
  saver.save(1);
  t.equal(saver.fault, undefined);
  const all = byKey({ edges: book.stored() });
  store.close();
  const { stored } = restart(folder);
  t.strictSame(byKey(stored), all);
  t.equal(stored.decisions.length, 1);
});

await t.test("another weir's store in its place is left alone, and this one says that it does not save", async (t) => {
  const folder = join(t.testdir(), "store");
  const store = new ProfileStore(folder);
  const { book, saver } = learnedBy(store);
  rmSync(folder, { recursive: true });
  const other = new ProfileStore(folder);
  t.teardown(() => other.close());
  learn(book, 10);
  saver.save(1);
  t.match(saver.fault, /locked/u);
  t.strictSame(asides(folder), []);
  store.close();
});

const inNamespaces = ["--user", "--map-root-user", "--mount"];
const hasMounts = spawnSync("unshare", [...inNamespaces, "mount", "-t", "tmpfs", "x", tmpdir()]).status === 0;
const skip = hasMounts ? false : "this machine makes no mount namespaces";

await t.test(
  "a disk that is read-only at the start is read, and written when it takes writes again",
  { skip },
  async (t) => {
    const script = fileURLToPath(new URL("read-only-disk.ts", import.meta.url));
    const args = [...inNamespaces, process.execPath, "--disable-warning=ExperimentalWarning", script, t.testdir()];
    const { stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8" });
    t.equal(stderr, "");
    t.match(JSON.parse(stdout || "{}"), {
      atStart: 100,
      whileReadOnly: /read-only/u,
      inTheEnd: 150,
      connections: 2,
      afterEmptyStart: 2,
    });
  },
);
