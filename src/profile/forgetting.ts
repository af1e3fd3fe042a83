import type { WorkloadRef } from "../cluster/workload.ts";
import { type Edge, edgeKey } from "./edge.ts";

/** What to forget of a workload: all of it, or what every field that is given names. Milliseconds since 1970. */
export interface Forgetting {
  /** By its id. */
  readonly edge?: string;
  /** What was first seen after this. */
  readonly afterMs?: number;
  /** What was last seen before this. */
  readonly beforeMs?: number;
}

/** That it was forgotten, and when: what began by then never comes back, however late its record is. */
export interface Tombstone extends Forgetting {
  readonly workload: WorkloadRef;
  readonly atMs: number;
}

/** Whether an edge is to be forgotten. */
export function isMeant(edge: Edge, { edge: id, afterMs = -Infinity, beforeMs = Infinity }: Forgetting): boolean {
  const isWithin = Date.parse(edge.firstSeen) > afterMs && Date.parse(edge.lastSeen) < beforeMs;
  return isWithin && (id === undefined || id === edgeKey(edge));
}

/** Whether an edge was forgotten then: what was first seen after that is another's. */
export function isMeantBy(edge: Edge, tombstone: Tombstone): boolean {
  return Date.parse(edge.firstSeen) <= tombstone.atMs && isMeant(edge, tombstone);
}

/** Whether a connection that began then, of the edge of this key, was forgotten before it was told. */
export function isBuried(key: string, startMs: number, tombstone: Tombstone): boolean {
  const { edge, afterMs = -Infinity, beforeMs = Infinity, atMs } = tombstone;
  return (edge === undefined || edge === key) && startMs > afterMs && startMs < beforeMs && startMs <= atMs;
}

/** Whether the newer one says all that the older one does. */
export function replaces(newer: Tombstone, older: Tombstone): boolean {
  return (
    (newer.edge === undefined || newer.edge === older.edge) &&
    (newer.afterMs ?? -Infinity) <= (older.afterMs ?? -Infinity) &&
    (newer.beforeMs ?? Infinity) >= (older.beforeMs ?? Infinity) &&
    newer.atMs >= older.atMs
  );
}
