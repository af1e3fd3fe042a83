/**
 * What each kind's field selectors may name besides its name and namespace: pkg/apis/core/v1/conversion.go and its
 * like in Kubernetes 1.36. For pods the conversion lets `status.podIPs` through too, but nothing fills it in.
 */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pods: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  nodes: ["spec.unschedulable"],
  namespaces: ["status.phase"],
  services: ["spec.clusterIP", "spec.type"],
  secrets: ["type"],
  events: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  replicationcontrollers: ["status.replicas"],
  "replicasets.apps": ["status.replicas"],
  "jobs.batch": ["status.successful"],
};

export function selectableFieldsOf(resourceId: string, isNamespaced: boolean): readonly string[] {
  const names = isNamespaced ? ["metadata.name", "metadata.namespace"] : ["metadata.name"];
  return [...names, ...(FIELDS[resourceId] ?? [])];
}
