import type { RawObject } from "../../cluster/api/read-api.ts";
import type { WorkloadRef } from "../../cluster/workload.ts";
import { MergedShelves } from "./merged-shelves.ts";
import type { Part } from "./part.ts";
import { PartSet } from "./part-set.ts";
import { readPart } from "./read-part.ts";

/**
 * An edge takes some 550 octets (docs/cluster-wide.md): with the most of them, 210 MiB, the agent of a cluster of a
 * thousand nodes stays within the limit of daemonset/daemonset.yaml.
 */
export const MAX_HELD_EDGES = 400_000;

/** The parts of other nodes while they are watched, by the objects that they came in; bounded in edges. */
export class HeldParts {
  /** What they come to, while they are held. */
  readonly merged = new MergedShelves();
  readonly #mostEdges: number;
  readonly #byObject = new Map<string, Part>();
  readonly #set = new PartSet();
  #edges = 0;
  #leftOut = 0;

  constructor(mostEdges = MAX_HELD_EDGES) {
    this.#mostEdges = mostEdges;
  }

  get size(): number {
    return this.#byObject.size;
  }

  /** Parts that found no room: the profiles that they belong to say that a node is missing. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Throws FieldFault where it is no part. */
  put(key: string, object: RawObject): void {
    const part = readPart(object);
    this.delete(key);
    const edges = edgesOf(part);
    if (this.#edges + edges > this.#mostEdges) {
      this.#leftOut += 1;
      return;
    }
    this.#edges += edges;
    this.#byObject.set(key, part);
    this.#set.add(part);
  }

  delete(key: string): void {
    const part = this.#byObject.get(key);
    if (part === undefined) return;
    this.#edges -= edgesOf(part);
    this.#byObject.delete(key);
    this.#set.delete(part);
    this.merged.drop(part.workload);
  }

  clear(): void {
    this.#byObject.clear();
    this.#set.clear();
    this.merged.clear();
    this.#edges = 0;
    this.#leftOut = 0;
  }

  of(workload: WorkloadRef): readonly Part[] {
    return this.#set.of(workload);
  }

  workloads(): readonly WorkloadRef[] {
    return this.#set.workloads();
  }
}

function edgesOf({ edges, failed }: Part): number {
  return 1 + edges.length + failed.length;
}
