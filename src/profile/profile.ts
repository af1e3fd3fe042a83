import type { LabelSelector, WorkloadRef } from "../cluster/workload.ts";
import type { Edge } from "./edge.ts";
import type { OlderConnections } from "./observed-window.ts";

/** What one workload was seen to do: the value that the store keeps, HTTP shows and a policy is made from. */
export interface Profile {
  readonly workload: WorkloadRef;
  readonly selector: LabelSelector | null;
  /** Pods that live now. */
  readonly pods: readonly string[];
  /**
   * Of the nodes that run its pods those from which there is word. Not among them, and told if there are some: `stale`,
   * whose word of before counts, but where no agent is ready now.
   */
  readonly nodes: { readonly seen: number; readonly expected: number; readonly stale?: number };
  readonly observed: {
    /** RFC 3339; null where nothing was observed. */
    readonly since: string | null;
    readonly until: string | null;
    /** Established and inferred connections, and answered UDP conversations. */
    readonly connections: number;
    /** Packets that the kernel dropped meanwhile on the nodes seen; null where it is not known. */
    readonly dropped: number | null;
    /** What else was lost meanwhile, see Losses; null where it is not known. */
    readonly losses: {
      readonly sampledOut: number;
      readonly overflowed: number;
      readonly evicted: number;
      readonly restarts: number;
      readonly unwatchedSeconds: number;
    } | null;
    /** What was done to know connections that were open before; null where it is not known. */
    readonly older: OlderConnections | null;
  };
  readonly learned: Learned;
  readonly ingress: readonly Edge[];
  readonly egress: readonly Edge[];
  /** Attempts that came to nothing; never turned into rules. */
  readonly failed: readonly Edge[];
  /** Edges not kept for want of room, so that a bound is never silent. */
  readonly overflowed: number;
}

export interface Learned {
  readonly word: "nothing observed" | "learning" | "settling" | "learned";
  /** Upper bound (95 %) of the chance that the next connection shows an edge never seen; 1 where nothing was. */
  readonly chanceOfNew: number;
  /** The share of what it did that can't be in the profile, which raised it; absent where nothing is known to be lost. */
  readonly lostShare?: number;
}
