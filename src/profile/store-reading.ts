import type { DatabaseSync } from "node:sqlite";
import type { StoredDecisions } from "./decision-book.ts";
import type { Decisions } from "./decisions.ts";
import type { Edge } from "./edge.ts";
import type { Tombstone } from "./forgetting.ts";
import type { Window } from "./observed-window.ts";
import type { StoredEdge } from "./profile-records.ts";
import { checksumOf } from "./row-checksum.ts";
import { faultKind } from "./store-fault.ts";
import { NOTHING_STORED, type Stored } from "./stored.ts";

/** What could be read, and why that is not all; `damage` is undefined where it is. */
export interface Reading {
  readonly stored: Stored;
  readonly damage: string | undefined;
}

interface Rows<Value> {
  readonly values: readonly Value[];
  readonly damage: string | undefined;
}

/** Reads a store of any schema, whole or damaged. Throws where it is held by another, or the disk gives nothing. */
export function readStored(database: DatabaseSync): Reading {
  const edges = readTable(database, { table: "edge", order: "workload, shelf, key", read: toEdge });
  const windows = readTable(database, { table: "window", order: "id", read: toWindow });
  const decisions = readTable(database, { table: "decision", order: "workload", read: toDecisions });
  const tombstones = readTable(database, { table: "forgotten", order: "rowid", read: toTombstone });
  const observers = readTable(database, { table: "observer", order: "rowid", read: ({ id }) => id as string });
  const damages = [edges, windows, decisions, tombstones, observers].flatMap(({ damage }) => damage ?? []);
  return {
    stored: {
      edges: edges.values,
      window: windows.values[0] ?? NOTHING_STORED.window,
      decisions: decisions.values,
      tombstones: tombstones.values,
      observer: observers.values[0],
    },
    damage: damages.length === 0 ? undefined : damages.join("; "),
  };
}

interface Table<Value> {
  readonly table: string;
  /** Its primary key, along which it lies on the disk. */
  readonly order: string;
  readonly read: (row: Readonly<Record<string, unknown>>) => Value;
}

/**
 * Where a page can't be read, what lies before it and, from the other end, what lies behind: of a store with one bad
 * page that is all but the rows on it. Rows whose octets have changed are left out.
 */
function readTable<Value>(database: DatabaseSync, { table, order, read }: Table<Value>): Rows<Value> {
  const values: Value[] = [];
  let bad = 0;
  let last: string | undefined;
  const take = (direction: "ASC" | "DESC"): string | undefined => {
    const until = last;
    const columns = order.split(", ").map((column) => `${column} ${direction}`);
    try {
      for (const row of database.prepare(`SELECT * FROM ${table} ORDER BY ${columns.join(", ")}`).iterate()) {
        last = Object.values(row).join("\0");
        if (last === until) return undefined; // it could be read after all
        const value = readRow(row, read);
        if (value === undefined) bad += 1;
        else values.push(value);
      }
      return undefined;
    } catch (error) {
      if (faultKind(error) === "held") throw error;
      return (error as Error).message;
    }
  };
  const broken = take("ASC");
  if (broken !== undefined) take("DESC");
  if (bad > 0) return { values, damage: `${bad} rows of table ${table} have changed on the disk` };
  return { values, damage: broken === undefined ? undefined : `table ${table}: ${broken}` };
}

/** Undefined where it is not as it was written. */
function readRow<Value>(row: Readonly<Record<string, unknown>>, read: Table<Value>["read"]): Value | undefined {
  const { checksum = null, ...columns } = row;
  if (checksum !== null && checksum !== checksumOf(Object.values(columns))) return undefined;
  try {
    return read(columns);
  } catch {
    return undefined; // of an earlier weir, which wrote no checksums, and no JSON any more
  }
}

function toEdge(row: Readonly<Record<string, unknown>>): StoredEdge {
  const { shelf, namespace, kind, name, value } = row as unknown as EdgeRow;
  return { workload: { namespace, kind, name }, shelf, edge: JSON.parse(value) as Edge };
}

function toDecisions(row: Readonly<Record<string, unknown>>): StoredDecisions {
  const { namespace, kind, name, value } = row as unknown as EdgeRow;
  return { workload: { namespace, kind, name }, decisions: JSON.parse(value) as Decisions };
}

function toTombstone(row: Readonly<Record<string, unknown>>): Tombstone {
  const { namespace, kind, name, edge, after_ms, before_ms, at_ms: atMs } = row as unknown as TombstoneRow;
  return {
    workload: { namespace, kind, name },
    ...(edge !== null && { edge }),
    ...(after_ms !== null && { afterMs: after_ms }),
    ...(before_ms !== null && { beforeMs: before_ms }),
    atMs,
  };
}

function toWindow(row: Readonly<Record<string, unknown>>): Window {
  const { since_us: sinceUs, until_us: untilUs, losses, older } = row as unknown as WindowRow;
  return {
    sinceUs,
    untilUs,
    losses: JSON.parse(losses ?? "null") as Window["losses"],
    older: JSON.parse(older ?? "null") as Window["older"],
  };
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
