import { isMeantBy, replaces, type Tombstone } from "../forgetting.ts";
import type { Edge } from "../edge.ts";
import type { Observations } from "../make-profile.ts";
import type { Shelf } from "../profile-record.ts";
import { mergeEdges } from "./merge-edges.ts";
import { mergeWindows, watchedMsOf } from "./merge-windows.ts";
import type { Part } from "./part.ts";

export interface MergeOptions {
  /** Whether there is a node of this name. */
  readonly isThere: (node: string) => boolean;
  /** What was forgotten of the workload, as far as it is known here; what the parts know of is added. */
  readonly forgotten: readonly Tombstone[];
  /** How the parts' edges come together, where it is known better than anew. */
  readonly shelvesOf?: typeof mergeShelves;
}

/** Edges by where they stand. */
export type Shelves = Readonly<Record<Shelf, readonly Edge[]>>;

/**
 * What all parts of one workload say together. What somebody forgot is left out of parts that had not heard of it when
 * they were made; in those that had, it is out already, and what is in them again has been seen anew.
 */
export function mergeParts(all: readonly Part[], options: MergeOptions): Observations {
  const { isThere, forgotten, shelvesOf = mergeShelves } = options;
  const parts = all.filter((part) => !isSuperseded(part, all, isThere));
  const tombstones = [...forgotten, ...parts.flatMap((part) => part.forgotten)];
  return {
    ...shelvesOf(parts, tombstones),
    overflowed: parts.reduce((sum, part) => sum + part.overflowed, 0),
    nodes: new Set(parts.map(({ node }) => node)),
    window: mergeWindows(parts.map(({ window }) => window)),
    // Who comes to a cluster late does not undo what the others have watched.
    watchedMs: Math.max(0, ...parts.map(({ window }) => watchedMsOf(window))),
  };
}

/** What the parts have seen, but for what was forgotten without their knowledge. */
export function mergeShelves(parts: readonly Part[], tombstones: readonly Tombstone[]): Shelves {
  const merge = (shelf: Shelf): readonly Edge[] =>
    mergeEdges(parts.flatMap((part) => withoutForgotten(part, shelf, tombstones)));
  return { edges: merge("edges"), failed: merge("failed") };
}

/**
 * A node that was given another name tells all that it knew under the new one: what it told under the old is the same
 * once more. Two nodes that are there with one store (a disk that was copied) each tell something of their own.
 */
function isSuperseded(part: Part, all: readonly Part[], isThere: MergeOptions["isThere"]): boolean {
  if (isThere(part.node)) return false;
  return all.some(
    ({ observer, node, writtenMs }) =>
      observer === part.observer &&
      node !== part.node &&
      (isThere(node) || writtenMs > part.writtenMs || (writtenMs === part.writtenMs && node > part.node)),
  );
}

/** A part's edges but for those that were forgotten without its knowledge. */
export function withoutForgotten(part: Part, shelf: Shelf, tombstones: readonly Tombstone[]): readonly Edge[] {
  const unheard = tombstones.filter((tombstone) => !part.forgotten.some((own) => replaces(own, tombstone)));
  return part[shelf].filter((edge) => !unheard.some((tombstone) => isMeantBy(edge, tombstone)));
}
