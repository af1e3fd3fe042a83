import type { StatementSync, DatabaseSync } from "node:sqlite";
import { join, resolve } from "node:path";
import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import type { DecisionStore, StoredDecisions } from "./decision-book.ts";
import type { Decisions } from "./decisions.ts";
import { type Edge, edgeKey } from "./edge.ts";
import type { Tombstone } from "./forgetting.ts";
import type { Window } from "./observed-window.ts";
import type { Restored, StoredEdge } from "./profile-book.ts";
import { openDatabase, orStoreFault } from "./store-file.ts";

/** What was kept. */
export interface Stored extends Restored {
  readonly decisions: readonly StoredDecisions[];
}

/**
 * Profiles on this node's disk, in SQLite. What `save` was given is on the disk's side of a process crash
 * when it returns (write-ahead log): kill -9 loses nothing older than the last call.
 */
export class ProfileStore implements DecisionStore {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #upsertEdge: StatementSync;
  readonly #deleteEdge: StatementSync;
  readonly #upsertWindow: StatementSync;

  /** Opens or makes `weir.db` in the folder; throws StoreFault. */
  constructor(folder: string) {
    this.#file = join(folder, "weir.db");
    this.#database = openDatabase(resolve(folder), this.#file);
    const prepare = (sql: string): StatementSync => orStoreFault(this.#file, () => this.#database.prepare(sql));
    this.#upsertEdge = prepare(
      `INSERT INTO edge (workload, shelf, key, namespace, kind, name, value) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (workload, shelf, key) DO UPDATE SET value = excluded.value`,
    );
    this.#deleteEdge = prepare("DELETE FROM edge WHERE workload = ? AND key = ?");
    this.#upsertWindow = prepare(
      `INSERT OR REPLACE INTO window (id, since_us, until_us, losses, older) VALUES (0, ?, ?, ?, ?)`,
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
      const { sinceUs, untilUs, losses, older } = window;
      this.#upsertWindow.run(sinceUs, untilUs, JSON.stringify(losses), JSON.stringify(older));
    });
  }

  /** Edges away, and that they were forgotten, in one step: `tombstones` are all of the workload. */
  forget(workload: WorkloadRef, keys: readonly string[], tombstones: readonly Tombstone[]): void {
    const { namespace, kind, name } = workload;
    const own = workloadKey(workload);
    this.#inTransaction(() => {
      for (const key of keys) this.#deleteEdge.run(own, key);
      this.#database.prepare("DELETE FROM forgotten WHERE workload = ?").run(own);
      const insert = this.#database.prepare("INSERT INTO forgotten VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
      for (const { edge = null, afterMs = null, beforeMs = null, atMs } of tombstones)
        insert.run(own, namespace, kind, name, edge, afterMs, beforeMs, atMs);
    });
  }

  saveDecisions({ workload, decisions }: StoredDecisions): void {
    const { namespace, kind, name } = workload;
    const value = JSON.stringify(decisions);
    this.#database
      .prepare("INSERT OR REPLACE INTO decision (workload, namespace, kind, name, value) VALUES (?, ?, ?, ?, ?)")
      .run(workloadKey(workload), namespace, kind, name, value);
  }

  deleteDecisions(workload: WorkloadRef): void {
    this.#database.prepare("DELETE FROM decision WHERE workload = ?").run(workloadKey(workload));
  }

  /** What names this store, and no other: it is made with it. Throws StoreFault. */
  get observer(): string {
    return orStoreFault(this.#file, () => {
      const { id } = this.#database.prepare("SELECT id FROM observer").get() as { readonly id: string };
      return id;
    });
  }

  /** All that is kept; throws StoreFault where it can't be read. */
  load(): Stored {
    return orStoreFault(this.#file, () => ({
      edges: [...this.#edges()],
      window: this.#window(),
      decisions: [...this.#decisions()],
      tombstones: [...this.#tombstones()],
    }));
  }

  *#edges(): Generator<StoredEdge> {
    const rows = this.#database.prepare("SELECT shelf, namespace, kind, name, value FROM edge").iterate();
    for (const row of rows) {
      const { shelf, namespace, kind, name, value } = row as unknown as EdgeRow;
      yield { workload: { namespace, kind, name }, shelf, edge: JSON.parse(value) as Edge };
    }
  }

  *#decisions(): Generator<StoredDecisions> {
    const rows = this.#database.prepare("SELECT namespace, kind, name, value FROM decision").iterate();
    for (const row of rows) {
      const { namespace, kind, name, value } = row as unknown as Omit<EdgeRow, "shelf">;
      yield { workload: { namespace, kind, name }, decisions: JSON.parse(value) as Decisions };
    }
  }

  *#tombstones(): Generator<Tombstone> {
    const rows = this.#database.prepare("SELECT * FROM forgotten ORDER BY rowid").iterate();
    for (const row of rows) {
      const { namespace, kind, name, edge, after_ms, before_ms, at_ms: atMs } = row as unknown as TombstoneRow;
      yield {
        workload: { namespace, kind, name },
        ...(edge !== null && { edge }),
        ...(after_ms !== null && { afterMs: after_ms }),
        ...(before_ms !== null && { beforeMs: before_ms }),
        atMs,
      };
    }
  }

  #window(): Window {
    const row = this.#database.prepare("SELECT since_us, until_us, losses, older FROM window").get();
    if (row === undefined) return { sinceUs: null, untilUs: null, losses: null, older: null };
    const { since_us: sinceUs, until_us: untilUs, losses, older } = row as unknown as WindowRow;
    return {
      sinceUs,
      untilUs,
      losses: JSON.parse(losses ?? "null") as Window["losses"],
      older: JSON.parse(older ?? "null") as Window["older"],
    };
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

interface TombstoneRow extends Omit<EdgeRow, "shelf" | "value"> {
  readonly edge: string | null;
  readonly after_ms: number | null;
  readonly before_ms: number | null;
  readonly at_ms: number;
}

interface WindowRow {
  readonly since_us: number | null;
  readonly until_us: number | null;
  readonly losses: string | null;
  readonly older: string | null;
}
