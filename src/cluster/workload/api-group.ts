/** The group of an apiVersion: `apps` of `apps/v1`, empty for the core's `v1`. */
export function apiGroup(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}

/**
 * Groups of Kubernetes itself have no dot or end in `.k8s.io`. The SIGs' own custom kinds end in
 * `x-k8s.io` (JobSet, LeaderWorkerSet), so they are custom here, which is what they are.
 */
export function isCustomGroup(group: string): boolean {
  return group.includes(".") && !group.endsWith(".k8s.io");
}
