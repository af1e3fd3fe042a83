import { NETWORK_PROFILE } from "../../profile/part/part-kind.ts";

/**
 * What weir's answers count as when it is asked who may have them: the custom resource in which agents publish what they
 * learned. Whoever may read that resource may read the same over HTTP, so that one Role says both.
 */
export const PROFILES = {
  group: NETWORK_PROFILE.apiVersion.replace(/\/.*$/u, ""),
  resource: NETWORK_PROFILE.resource,
};

/** Policies are made from a profile: the right to make them is one to create this subresource. */
export const POLICIES = "policies";

export type Verb = "get" | "list" | "create" | "update" | "delete";

/** Something that somebody may do, as authorization.k8s.io names it. */
export type Right = ProfileRight | PathRight;

export interface ProfileRight {
  readonly verb: Verb;
  readonly subresource?: typeof POLICIES;
  /** Empty for all namespaces. */
  readonly namespace: string;
}

/** Of a path that is about no object, as the API server has them too. */
export interface PathRight {
  readonly verb: "get";
  readonly path: string;
}

/** Who reads metrics elsewhere in a cluster has this right. */
export const READ_METRICS: PathRight = { verb: "get", path: "/metrics" };

/** As a refusal says it: `list networkprofiles.weir.io in namespace shop`. */
export function rightText(right: Right): string {
  if ("path" in right) return `${right.verb} ${right.path}`;
  const { verb, subresource, namespace } = right;
  const what = `${PROFILES.resource}.${PROFILES.group}${subresource === undefined ? "" : `/${subresource}`}`;
  return `${verb} ${what} in ${namespace === "" ? "all namespaces" : `namespace ${namespace}`}`;
}
