import { createHash } from "node:crypto";
import type { WorkloadRef } from "../../cluster/workload.ts";

/** RFC 1123 subdomains, which names of objects are, have 253 characters at most; a third of it is enough to read. */
const MAX_READABLE = 96;
/** 64 bits: of a million names in one namespace two are the same once in thirty million clusters. */
const HASH_DIGITS = 16;
/** RFC 1123, 2.1: what label values may be at most. */
const MAX_LABEL = 63;

/**
 * The name of an object that says something of a workload on a node: `deployment-web-node-7-5f0c...`. Readable in
 * front; what makes it the only one of its kind is the hash of all that is in it, in whole. `rest` keeps apart what
 * the same node says of the same workload.
 */
export function partName({ kind, name }: WorkloadRef, node: string, ...rest: readonly string[]): string {
  const hash = hashOf([kind, name, node, ...rest]);
  const readable = `${kind}-${name}-${node}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .slice(0, MAX_READABLE)
    .replaceAll(/^-+|-+$/gu, "");
  return readable === "" ? `part-${hash}` : `${readable}-${hash}`;
}

/** A node's name as the value of a label: it may have 253 characters, of which a label takes 63. */
export function nodeLabel(node: string): string {
  if (node.length <= MAX_LABEL) return node;
  const hash = hashOf([node]);
  return `${node.slice(0, MAX_LABEL - hash.length - 1).replace(/[^a-z0-9]+$/u, "")}-${hash}`;
}

function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, HASH_DIGITS);
}
