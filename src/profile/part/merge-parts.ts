import { isMeant, replaces, type Tombstone } from "../forgetting.ts";
import type { Edge } from "../edge.ts";
import type { Observations } from "../make-profile.ts";
import { mergeEdges } from "./merge-edges.ts";
import { mergeWindows, watchedMsOf } from "./merge-windows.ts";
import type { Part } from "./part.ts";

export interface MergeOptions {
  /** Whether there is a node of this name. */
  readonly isThere: (node: string) => boolean;
  /** What was forgotten of the workload, as far as it is known here; what the parts know of is added. */
  readonly forgotten: readonly Tombstone[];
}

/**
 * What all parts of one workload say together. What somebody forgot is left out of parts that had not heard of it when
 * they were made; in those that had, it is out already, and what is in them again has been seen anew.
 */
export function mergeParts(all: readonly Part[], { isThere, forgotten }: MergeOptions): Observations {
  const parts = all.filter((part) => !isSuperseded(part, all, isThere));
  const tombstones = [...forgotten, ...parts.flatMap((part) => part.forgotten)];
  const left = parts.map((part) => ({ part, unheard: tombstones.filter((tombstone) => !hasHeard(part, tombstone)) }));
  const mergeShelf = (shelf: "edges" | "failed"): readonly Edge[] =>
    mergeEdges(left.flatMap(({ part, unheard }) => part[shelf].filter((edge) => !isForgotten(edge, unheard))));
  return {
    edges: mergeShelf("edges"),
    failed: mergeShelf("failed"),
    overflowed: parts.reduce((sum, part) => sum + part.overflowed, 0),
    nodes: new Set(parts.map(({ node }) => node)),
    window: mergeWindows(parts.map(({ window }) => window)),
    // Who comes to a cluster late does not undo what the others have watched.
    watchedMs: Math.max(0, ...parts.map(({ window }) => watchedMsOf(window))),
  };
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

function hasHeard({ forgotten }: Part, tombstone: Tombstone): boolean {
  return forgotten.some((own) => replaces(own, tombstone));
}

function isForgotten(edge: Edge, tombstones: readonly Tombstone[]): boolean {
  return tombstones.some((tombstone) => isMeant(edge, tombstone));
}
