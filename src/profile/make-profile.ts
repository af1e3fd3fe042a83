import type { Workload, WorkloadRef } from "../cluster/workload.ts";
import { rfc3339 } from "../flow/rfc3339.ts";
import { type Edge, edgeKey } from "./edge.ts";
import { judgeLearned } from "./learned.ts";
import { lostShare } from "./lost-share.ts";
import type { Losses, Window } from "./observed-window.ts";
import type { Profile } from "./profile.ts";

/** What was seen of one workload. */
export interface Seen {
  readonly edges: readonly Edge[];
  /** Attempts that came to nothing. */
  readonly failed: readonly Edge[];
  /** Connections, or edges, that found no room. */
  readonly overflowed: number;
}

/** The same, and through what it was seen. */
export interface Observations extends Seen {
  /** Nodes that have told something, were it that the workload is silent there. */
  readonly nodes: ReadonlySet<string>;
  readonly window: Window;
  readonly watchedMs: number;
}

/** A workload's profile, from what was seen of it and what the cluster knows of it now, if it does. */
export function makeProfile(ref: WorkloadRef, workload: Workload | undefined, observations: Observations): Profile {
  const { edges, failed, overflowed, nodes, window, watchedMs } = observations;
  const { nodes: expected = [] } = workload ?? {};
  const view = { seen: expected.filter((node) => nodes.has(node)).length, expected: expected.length };
  const connections = edges.reduce((sum, edge) => sum + edge.connections, 0);
  const lost = lostShare({ window, nodes: view, connections, overflowed });
  return {
    workload: { namespace: ref.namespace, kind: ref.kind, name: ref.name },
    selector: workload?.selector ?? null,
    pods: workload?.pods ?? [],
    nodes: view,
    observed: observed(connections, window),
    learned: judgeLearned(edges, watchedMs, lost),
    ingress: edges.filter((edge) => edge.direction === "ingress").sort(byKey),
    egress: edges.filter((edge) => edge.direction === "egress").sort(byKey),
    failed: [...failed].sort(byKey),
    overflowed,
  };
}

function observed(connections: number, { sinceUs, untilUs, losses, older }: Window): Profile["observed"] {
  return {
    since: sinceUs === null ? null : rfc3339(sinceUs),
    until: untilUs === null ? null : rfc3339(untilUs),
    connections,
    dropped: losses === null ? null : losses.dropped,
    losses: losses === null ? null : otherLosses(losses),
    older,
  };
}

function otherLosses({
  sampledOut,
  overflowed,
  evicted,
  restarts,
  unwatchedUs,
}: Losses): Profile["observed"]["losses"] {
  return { sampledOut, overflowed, evicted, restarts, unwatchedSeconds: Math.round(unwatchedUs / 1e6) };
}

function byKey(a: Edge, b: Edge): number {
  const [left, right] = [edgeKey(a), edgeKey(b)];
  return left < right ? -1 : Number(left > right);
}
