import type { DatabaseSync } from "node:sqlite";
import { StoreDamage, StoreFault } from "./store-fault.ts";

/** Each step by itself, so that a store of any age becomes one of today; the first makes it. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE edge (
     workload TEXT NOT NULL, shelf TEXT NOT NULL, key TEXT NOT NULL,
     namespace TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (workload, shelf, key)
   ) WITHOUT ROWID;
   CREATE TABLE window (
     id INTEGER PRIMARY KEY CHECK (id = 0), since_us REAL, until_us REAL, dropped INTEGER
   );`,
  `ALTER TABLE window ADD COLUMN losses TEXT;
   ALTER TABLE window ADD COLUMN older TEXT;
   UPDATE window SET losses = json_object('dropped', dropped, 'sampledOut', 0, 'overflowed', 0, 'evicted', 0,
                                          'restarts', 0, 'unwatchedUs', 0) WHERE dropped IS NOT NULL;
   ALTER TABLE window DROP COLUMN dropped;`,
  `CREATE TABLE decision (
     workload TEXT PRIMARY KEY, namespace TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL
   ) WITHOUT ROWID;`,
  `CREATE TABLE forgotten (
     workload TEXT NOT NULL, namespace TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
     edge TEXT, after_ms REAL, before_ms REAL, at_ms REAL NOT NULL
   );
   CREATE INDEX forgotten_of_workload ON forgotten (workload);`,
  // See store-rows.ts; null in what an earlier weir wrote, until it is written again.
  `ALTER TABLE edge ADD COLUMN checksum INTEGER;
   ALTER TABLE window ADD COLUMN checksum INTEGER;
   ALTER TABLE decision ADD COLUMN checksum INTEGER;
   ALTER TABLE forgotten ADD COLUMN checksum INTEGER;`,
  // Names this store among all that ever counted for the cluster.
  `CREATE TABLE observer (id TEXT NOT NULL);
   INSERT INTO observer VALUES (lower(hex(randomblob(8))));`,
];

/** No weir has so many schemas: the number has been overwritten. */
const MAX_VERSION = 1_000;

/** Throws StoreFault for a store of a newer weir, StoreDamage for one whose tables are not those of its version. */
export function migrate(database: DatabaseSync, file: string): void {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  const { length: newest } = MIGRATIONS;
  if (version < 0 || version > MAX_VERSION) throw new StoreDamage(`schema ${version}`);
  if (version > newest)
    throw new StoreFault(`${file}: made by a newer weir (schema ${version}; this one knows ${newest})`);
  for (const [done, step] of MIGRATIONS.entries())
    if (done >= version) orDamage(() => database.exec(`BEGIN; ${step} PRAGMA user_version = ${done + 1}; COMMIT;`));
}

/** SQLite's plain error, "no such table" and the like: the text of the schema has been overwritten. */
export function orDamage<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    const { errcode, message } = cause as { readonly errcode?: number; readonly message: string };
    throw errcode === 1 ? new StoreDamage(message, { cause }) : cause;
  }
}
