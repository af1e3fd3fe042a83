import { setTimeout as pause } from "node:timers/promises";
import type { Edge } from "../src/profile/edge.ts";
import type { Profile } from "../src/profile/profile.ts";
import { type WeirAgent, agentUrl } from "./weir-agent.ts";

/** As GET /api/v1/profiles/... answers: its edges have ids. */
export interface ProfileWithIds extends Omit<Profile, "ingress" | "egress"> {
  readonly ingress: readonly EdgeWithId[];
  readonly egress: readonly EdgeWithId[];
}

type EdgeWithId = Edge & { readonly id: string };

export interface Learning {
  /** `shop/deployment/javaapp` */
  readonly workload: string;
  /** Ids of the edges to wait for. */
  readonly wanted: readonly string[];
  readonly leastConnections: number;
  readonly withinMs: number;
  readonly onNewEdge: (edge: Edge) => void;
  readonly signal: AbortSignal;
}

/** Looks at a profile again and again until it shows what is wanted. True where it did so in time. */
export async function watchLearning(weir: WeirAgent, learning: Learning): Promise<boolean> {
  const seen = new Set<string>();
  const deadline = performance.now() + learning.withinMs;
  while (performance.now() < deadline) {
    const profile = JSON.parse(
      await weir.curl(["-s", `${agentUrl}/api/v1/profiles/${learning.workload}`]),
    ) as ProfileWithIds;
    for (const edge of [...profile.ingress, ...profile.egress]) {
      if (!seen.has(edge.id)) learning.onNewEdge(edge);
      seen.add(edge.id);
    }
    const isEnough = profile.observed.connections >= learning.leastConnections;
    if (isEnough && learning.wanted.every((id) => seen.has(id))) return true;
    await pause(500, undefined, { signal: learning.signal });
  }
  return false;
}
