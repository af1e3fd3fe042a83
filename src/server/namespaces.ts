import type { ClusterState } from "../cluster/cluster-state.ts";

/** Every namespace that the cluster is known to have, by its objects too where the Namespaces themselves can't be read. */
export function namespacesOf(cluster: ClusterState): ReadonlySet<string> {
  return new Set([...cluster.namespaces().map(({ metadata }) => metadata.name), ...namespacesInUse(cluster)]);
}

/** Those that have workloads now: of those profiles are told. */
export function namespacesInUse(cluster: ClusterState): ReadonlySet<string> {
  return new Set(cluster.workloads().map(({ namespace }) => namespace));
}
