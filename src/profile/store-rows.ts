import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import type { StoredDecisions } from "./decision-book.ts";
import { edgeKey } from "./edge.ts";
import type { Tombstone } from "./forgetting.ts";
import type { Window } from "./observed-window.ts";
import type { StoredEdge } from "./profile-records.ts";
import type { Place } from "./profile-record.ts";
import { checksumOf } from "./row-checksum.ts";
import { type Reading, readStored } from "./store-reading.ts";
import { orDamage } from "./store-schema.ts";
import type { Stored } from "./stored.ts";

/** A row with its checksum, to be written. */
type Row = readonly SQLInputValue[];

/** What is to be kept as rows of an open database of today's schema, and back. Throws what SQLite throws; then nothing has changed. */
export class StoreRows {
  readonly #database: DatabaseSync;
  readonly #edge: StatementSync;
  readonly #window: StatementSync;
  readonly #decision: StatementSync;
  readonly #tombstone: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const prepare = (sql: string): StatementSync => orDamage(() => database.prepare(sql));
    this.#edge = prepare("INSERT OR REPLACE INTO edge VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    this.#window = prepare("INSERT OR REPLACE INTO window VALUES (?, ?, ?, ?, ?, ?)");
    this.#decision = prepare("INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?, ?)");
    this.#tombstone = prepare("INSERT INTO forgotten VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  read(): Reading {
    return readStored(this.#database);
  }

  get observer(): string {
    const { id } = orDamage(() => this.#database.prepare("SELECT id FROM observer").get()) as { readonly id: string };
    return id;
  }

  save(edges: readonly StoredEdge[], window: Readonly<Window>): void {
    this.#inTransaction(() => this.#putEdges(edges, window));
  }

  /** Into an empty store. */
  fill({ edges, window, decisions, tombstones, observer }: Stored): void {
    this.#inTransaction(() => {
      this.#putEdges(edges, window);
      for (const stored of decisions) this.#decision.run(...decisionRow(stored));
      for (const tombstone of tombstones) this.#tombstone.run(...tombstoneRow(tombstone));
      if (observer !== undefined) this.#database.prepare("UPDATE observer SET id = ?").run(observer);
    });
  }

  /** Edges away, and that they were forgotten, in one step: `tombstones` are all of the workload. */
  forget(workload: WorkloadRef, places: readonly Place[], tombstones: readonly Tombstone[]): void {
    const own = workloadKey(workload);
    this.#inTransaction(() => {
      const away = this.#database.prepare("DELETE FROM edge WHERE workload = ? AND shelf = ? AND key = ?");
      for (const { shelf, key } of places) away.run(own, shelf, key);
      this.#database.prepare("DELETE FROM forgotten WHERE workload = ?").run(own);
      for (const tombstone of tombstones) this.#tombstone.run(...tombstoneRow(tombstone));
    });
  }

  saveDecisions(stored: StoredDecisions): void {
    this.#decision.run(...decisionRow(stored));
  }

  deleteDecisions(workload: WorkloadRef): void {
    this.#database.prepare("DELETE FROM decision WHERE workload = ?").run(workloadKey(workload));
  }

  close(): void {
    this.#database.close();
  }

  #putEdges(edges: readonly StoredEdge[], { sinceUs, untilUs, losses, older }: Readonly<Window>): void {
    for (const stored of edges) this.#edge.run(...edgeRow(stored));
    this.#window.run(...withChecksum([0, sinceUs, untilUs, JSON.stringify(losses), JSON.stringify(older)]));
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

function edgeRow({ workload, shelf, edge }: StoredEdge): Row {
  const { namespace, kind, name } = workload;
  return withChecksum([workloadKey(workload), shelf, edgeKey(edge), namespace, kind, name, JSON.stringify(edge)]);
}

function decisionRow({ workload, decisions }: StoredDecisions): Row {
  const { namespace, kind, name } = workload;
  return withChecksum([workloadKey(workload), namespace, kind, name, JSON.stringify(decisions)]);
}

function tombstoneRow({ workload, edge, afterMs, beforeMs, atMs }: Tombstone): Row {
  const { namespace, kind, name } = workload;
  const what = [edge ?? null, afterMs ?? null, beforeMs ?? null];
  return withChecksum([workloadKey(workload), namespace, kind, name, ...what, atMs]);
}

function withChecksum(columns: Row): Row {
  return [...columns, checksumOf(columns)];
}
