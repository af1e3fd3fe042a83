import type { UsedFields } from "../object/used-fields.ts";

/** One kind of objects, and where the API has all of them. */
export interface ApiKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** As RBAC and kubectl name it. */
  readonly resource: string;
  /** Not every server has it, which is nothing that is missed. */
  readonly isOptional?: true;
  /** Only those with these labels, as a label selector writes it; all where it is left out. */
  readonly labelSelector?: string;
  /** The same by fields: https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/ */
  readonly fieldSelector?: string;
  /** What is read of each in a list; what weir's own parsers read where it is left out. */
  readonly fields?: UsedFields;
}

/** What weir reads of a cluster: each needs the verbs list and watch. */
export const API_KINDS: readonly ApiKind[] = [
  { apiVersion: "v1", kind: "Namespace", resource: "namespaces" },
  { apiVersion: "v1", kind: "Node", resource: "nodes" },
  { apiVersion: "v1", kind: "Pod", resource: "pods" },
  { apiVersion: "v1", kind: "Service", resource: "services" },
  { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", resource: "endpointslices" },
  { apiVersion: "apps/v1", kind: "ReplicaSet", resource: "replicasets" },
  { apiVersion: "apps/v1", kind: "Deployment", resource: "deployments" },
  { apiVersion: "apps/v1", kind: "StatefulSet", resource: "statefulsets" },
  { apiVersion: "apps/v1", kind: "DaemonSet", resource: "daemonsets" },
  { apiVersion: "batch/v1", kind: "Job", resource: "jobs" },
  { apiVersion: "batch/v1", kind: "CronJob", resource: "cronjobs" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", resource: "networkpolicies" },
  // KEP-1880: since Kubernetes 1.33. Without it Service ranges are learned from the Services there are.
  { apiVersion: "networking.k8s.io/v1", kind: "ServiceCIDR", resource: "servicecidrs", isOptional: true },
];

/** The path of all objects of a kind, in every namespace. */
export function pathOf({ apiVersion, resource }: ApiKind): string {
  return `/${apiVersion === "v1" ? "api" : "apis"}/${apiVersion}/${resource}`;
}
