import type { Schema } from "./schema.ts";

/**
 * What client-node's classes do not tell of Kubernetes' types: which of their lists are merged, and by which keys
 * (+patchMergeKey, +listType and +listMapKey in k8s.io/api). Every other list is replaced whole.
 */
const KEYED: Readonly<Record<string, string>> = {
  "V1PodSpec.containers": "name",
  "V1PodSpec.initContainers": "name",
  "V1PodSpec.ephemeralContainers": "name",
  "V1PodSpec.volumes": "name",
  "V1PodSpec.imagePullSecrets": "name",
  "V1PodSpec.hostAliases": "ip",
  "V1PodSpec.resourceClaims": "name",
  "V1PodSpec.schedulingGates": "name",
  "V1PodSpec.topologySpreadConstraints": "topologyKey whenUnsatisfiable",
  "V1Container.ports": "containerPort protocol",
  "V1Container.env": "name",
  "V1Container.volumeMounts": "mountPath",
  "V1Container.volumeDevices": "devicePath",
  "V1EphemeralContainer.env": "name",
  "V1EphemeralContainer.ports": "containerPort protocol",
  "V1EphemeralContainer.volumeMounts": "mountPath",
  "V1PodStatus.conditions": "type",
  "V1PodStatus.podIPs": "ip",
  "V1NodeStatus.addresses": "type",
  "V1NodeStatus.conditions": "type",
  "V1NamespaceStatus.conditions": "type",
  "V1ServiceSpec.ports": "port protocol",
  "V1ServiceStatus.conditions": "type",
  "V1ServiceAccount.secrets": "name",
  "V1DeploymentStatus.conditions": "type",
  "V1ReplicaSetStatus.conditions": "type",
  "V1StatefulSetStatus.conditions": "type",
  "V1DaemonSetStatus.conditions": "type",
  "V1ServiceCIDRStatus.conditions": "type",
  "V1ObjectMeta.ownerReferences": "uid",
  "V1CustomResourceDefinitionStatus.conditions": "type",
  "V1ValidatingAdmissionPolicySpec.matchConditions": "name",
  "V1ValidatingAdmissionPolicySpec.variables": "name",
};

const SETS: ReadonlySet<string> = new Set(["V1ObjectMeta.finalizers", "V1NodeSpec.podCIDRs", "V1Endpoint.addresses"]);

const ATOMIC_TYPES: ReadonlySet<string> = new Set([
  "V1LabelSelector",
  "V1NodeSelector",
  "V1NodeSelectorTerm",
  "V1ObjectReference",
  "V1LocalObjectReference",
  "V1ConfigMapKeySelector",
  "V1SecretKeySelector",
  "V1ObjectFieldSelector",
  "V1ResourceFieldSelector",
  "V1OwnerReference",
  "V1TypedLocalObjectReference",
  "V1RoleRef",
  "RbacV1Subject",
]);

const ATOMIC_MAPS: ReadonlySet<string> = new Set(["V1PodSpec.nodeSelector", "V1ServiceSpec.selector"]);

/** What is to be added to the schema of a type's list or map. */
export function mergeRule(type: string, field: string): Schema {
  const place = `${type}.${field}`;
  const keys = KEYED[place]?.split(" ");
  if (keys?.[0] !== undefined)
    return {
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": keys,
      "x-kubernetes-patch-merge-key": keys[0],
      "x-kubernetes-patch-strategy": "merge",
    };
  if (SETS.has(place)) return { "x-kubernetes-list-type": "set", "x-kubernetes-patch-strategy": "merge" };
  return ATOMIC_MAPS.has(place) ? { "x-kubernetes-map-type": "atomic" } : { "x-kubernetes-list-type": "atomic" };
}

export function isAtomicType(type: string): boolean {
  return ATOMIC_TYPES.has(type);
}
