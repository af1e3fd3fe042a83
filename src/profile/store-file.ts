import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The store can't be opened or read; the message names the file. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
}

/** Opens the database, or makes it with its folder. Throws StoreFault. */
export function openDatabase(folder: string, file: string): DatabaseSync {
  return orStoreFault(file, () => {
    makeFolder(folder);
    const database = new DatabaseSync(file, { timeout: 1_000 });
    chmodSync(file, 0o600); // it is a map of who talks to whom
    // One agent owns it: a second on the same folder is refused instead of mixing its counts in.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    migrate(database);
    return database;
  });
}

/** Whatever goes wrong, as a StoreFault. */
export function orStoreFault<Value>(file: string, work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StoreFault(`${file}: ${message === "database is locked" ? "another weir uses it" : message}`, { cause });
  }
}

/** Step by step: Node's own recursive mkdir never returns where a folder can't be made, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

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
  // Names this store among all that ever counted for the cluster.
  `CREATE TABLE observer (id TEXT NOT NULL);
   INSERT INTO observer VALUES (lower(hex(randomblob(8))));`,
];

function migrate(database: DatabaseSync): void {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  const { length: newest } = MIGRATIONS;
  if (version > newest) throw new Error(`made by a newer weir (schema ${version}; this one knows ${newest})`);
  for (const [done, step] of MIGRATIONS.entries())
    if (done >= version) database.exec(`BEGIN; ${step} PRAGMA user_version = ${done + 1}; COMMIT;`);
}
