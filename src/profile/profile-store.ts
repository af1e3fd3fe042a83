import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { workloadKey } from "../cluster/workload.ts";
import type { Edge } from "./edge.ts";
import { edgeKey } from "./edge.ts";
import type { StoredEdge, Window } from "./profile-book.ts";

/** Written as PRAGMA user_version; one more with each change of the tables. */
const SCHEMA_VERSION = 1;

/** The store can't be opened or read; the message names the file. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
}

/**
 * Profiles on this node's disk, in SQLite. What `save` was given is on the disk's side of a process crash
 * when it returns (write-ahead log): kill -9 loses nothing older than the last call.
 */
export class ProfileStore {
  readonly #database: DatabaseSync;
  readonly #upsertEdge: StatementSync;
  readonly #deleteEdge: StatementSync;
  readonly #upsertWindow: StatementSync;

  /** Opens or makes `weir.db` in the folder; throws StoreFault. */
  constructor(folder: string) {
    const file = join(folder, "weir.db");
    this.#database = open(folder, file);
    this.#upsertEdge = this.#database.prepare(
      `INSERT INTO edge (workload, shelf, key, namespace, kind, name, value) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (workload, shelf, key) DO UPDATE SET value = excluded.value`,
    );
    this.#deleteEdge = this.#database.prepare("DELETE FROM edge WHERE workload = ? AND key = ?");
    this.#upsertWindow = this.#database.prepare(
      `INSERT INTO window (id, since_us, until_us, dropped) VALUES (0, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET since_us = excluded.since_us, until_us = excluded.until_us, dropped = excluded.dropped`,
    );
  }

  /** All or nothing. */
  save(edges: readonly StoredEdge[], window: Readonly<Window>): void {
    this.#inTransaction(() => {
      for (const { workload, shelf, edge } of edges) {
        const { namespace, kind, name } = workload;
        const value = JSON.stringify(edge);
        this.#upsertEdge.run(workloadKey(workload), shelf, edgeKey(edge), namespace, kind, name, value);
      }
      this.#upsertWindow.run(window.sinceUs, window.untilUs, window.dropped);
    });
  }

  forget(workload: StoredEdge["workload"], keys: readonly string[]): void {
    this.#inTransaction(() => {
      for (const key of keys) this.#deleteEdge.run(workloadKey(workload), key);
    });
  }

  *edges(): Generator<StoredEdge> {
    const rows = this.#database.prepare("SELECT shelf, namespace, kind, name, value FROM edge").iterate();
    for (const row of rows) {
      const { shelf, namespace, kind, name, value } = row as unknown as EdgeRow;
      yield { workload: { namespace, kind, name }, shelf, edge: JSON.parse(value) as Edge };
    }
  }

  window(): Window {
    const row = this.#database.prepare("SELECT since_us, until_us, dropped FROM window").get();
    if (row === undefined) return { sinceUs: null, untilUs: null, dropped: null };
    const { since_us: sinceUs, until_us: untilUs, dropped } = row as unknown as WindowRow;
    return { sinceUs, untilUs, dropped };
  }

  close(): void {
    this.#database.close();
  }

  #inTransaction(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

interface EdgeRow {
  readonly shelf: StoredEdge["shelf"];
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly value: string;
}

interface WindowRow {
  readonly since_us: number | null;
  readonly until_us: number | null;
  readonly dropped: number | null;
}

function open(folder: string, file: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(file, { timeout: 1_000 });
    chmodSync(file, 0o600); // it is a map of who talks to whom
    // One agent owns it: a second on the same folder is refused instead of mixing its counts in.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    migrate(database);
    return database;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StoreFault(`${file}: ${message === "database is locked" ? "another weir uses it" : message}`, { cause });
  }
}

function migrate(database: DatabaseSync): void {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > SCHEMA_VERSION) {
    throw new Error(`made by a newer weir (schema ${version}; this one knows ${SCHEMA_VERSION})`);
  }
  if (version === SCHEMA_VERSION) return;
  database.exec(`
    BEGIN;
    CREATE TABLE edge (
      workload TEXT NOT NULL, shelf TEXT NOT NULL, key TEXT NOT NULL,
      namespace TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (workload, shelf, key)
    ) WITHOUT ROWID;
    CREATE TABLE window (
      id INTEGER PRIMARY KEY CHECK (id = 0), since_us REAL, until_us REAL, dropped INTEGER
    );
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;`);
}
