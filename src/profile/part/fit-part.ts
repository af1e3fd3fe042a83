import type { Edge } from "../edge.ts";
import type { Part } from "./part.ts";

/**
 * etcd takes requests of 1.5 MiB (--max-request-bytes, https://etcd.io/docs/v3.6/op-guide/configuration/), and the
 * object's metadata, its managed fields and the API server's own encoding come on top of this.
 */
export const MAX_PART_OCTETS = 1024 * 1024;

export interface Fitted {
  readonly edges: readonly Edge[];
  readonly failed: readonly Edge[];
  /** Edges for which there was no room; failed attempts, which make no rule, are not counted. */
  readonly leftOut: number;
}

/**
 * What of a part has room in one object: edges before failed attempts, those seen last before those seen long ago,
 * so that what is left out is what is missed least. It is counted, and the review says that edges found no room.
 */
export function fitPart({ edges, failed }: Pick<Part, "edges" | "failed">, mostOctets = MAX_PART_OCTETS): Fitted {
  const kept = fit(edges, mostOctets);
  const keptFailed = fit(failed, mostOctets - kept.octets);
  return { edges: kept.edges, failed: keptFailed.edges, leftOut: edges.length - kept.edges.length };
}

/** In the order in which they came, where there is room for all. */
function fit(edges: readonly Edge[], mostOctets: number): { edges: readonly Edge[]; octets: number } {
  const sizes = edges.map((edge) => Buffer.byteLength(JSON.stringify(edge)) + 1);
  const octets = sizes.reduce((sum, size) => sum + size, 0);
  if (octets <= mostOctets) return { edges, octets };
  const order = edges.map((edge, at) => ({ edge, size: sizes[at]! })).sort((a, b) => newestFirst(a.edge, b.edge));
  const kept: Edge[] = [];
  let used = 0;
  for (const { edge, size } of order) {
    if (used + size > mostOctets) break;
    used += size;
    kept.push(edge);
  }
  return { edges: kept, octets: used };
}

function newestFirst(a: Edge, b: Edge): number {
  return a.lastSeen > b.lastSeen ? -1 : Number(a.lastSeen < b.lastSeen);
}
