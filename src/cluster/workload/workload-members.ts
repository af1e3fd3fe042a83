import { apiGroup, isCustomGroup } from "./api-group.ts";
import type { Controller, Pod } from "../objects.ts";
import { topKey, type OwnerChains, type Top } from "./owner-chain.ts";

export interface TopWithPods {
  readonly top: Top;
  /** Those that have finished too. */
  readonly pods: readonly Pod[];
}

interface Filling extends TopWithPods {
  readonly pods: Pod[];
}

/**
 * The tops of all owner chains, with their pods. A controller of Kubernetes itself is a workload, or part of
 * one, also without pods (scaled to zero, between two runs); a custom object may be anything, so only with pods.
 */
export function membersByTop(
  owners: OwnerChains,
  pods: readonly Pod[],
  controllers: readonly Controller[],
): ReadonlyMap<string, TopWithPods> {
  const podsByTop = new Map<string, Filling>();
  for (const pod of pods) memberAt(podsByTop, owners.topOfPod(pod)).pods.push(pod);
  for (const controller of controllers)
    if (!isCustomGroup(apiGroup(controller.apiVersion))) memberAt(podsByTop, owners.topOfController(controller));
  return podsByTop;
}

function memberAt(members: Map<string, Filling>, top: Top): Filling {
  const key = topKey(top);
  const member = members.get(key) ?? { top, pods: [] };
  members.set(key, member);
  return member;
}
