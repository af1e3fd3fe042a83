import type { ApiKind } from "../../cluster/api/api-kind.ts";

/** What stands in daemonset/network-profile.yaml. */
export const NETWORK_PROFILE: ApiKind = {
  apiVersion: "weir.io/v1alpha1",
  kind: "NetworkProfile",
  resource: "networkprofiles",
};

/** What an object of that kind holds: what a node has seen, or what people had forgotten and decided by its agent. */
export const HOLDS_LABEL = "weir.io/holds";
export const NODE_LABEL = "weir.io/node";

export type Holds = "observations" | "rulings";

export function kindHolding(holds: Holds): ApiKind {
  return { ...NETWORK_PROFILE, labelSelector: `${HOLDS_LABEL}=${holds}` };
}
