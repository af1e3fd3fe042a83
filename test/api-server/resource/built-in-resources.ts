import { builtInColumns } from "../table/built-in-columns.ts";
import type { ApiResource } from "./api-resource.ts";
import { selectableFieldsOf } from "./selectable-fields.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"] as const;

interface Traits {
  readonly short?: readonly string[];
  readonly isCluster?: boolean;
  readonly plural?: string;
  readonly verbs?: readonly string[];
  readonly subresources?: readonly string[];
  readonly categories?: readonly string[];
}

const withStatus: Traits = { subresources: ["status"] };
const review: Traits = { verbs: ["create"], isCluster: true };
const all = ["all"];

/** What is served without any CustomResourceDefinition: all that weir reads, writes and asks, and who may. */
export const BUILT_IN_RESOURCES: readonly ApiResource[] = [
  builtIn("v1", "Namespace", { ...withStatus, short: ["ns"], isCluster: true }),
  builtIn("v1", "Node", { ...withStatus, short: ["no"], isCluster: true }),
  builtIn("v1", "Pod", { ...withStatus, short: ["po"], categories: all }),
  builtIn("v1", "Service", { ...withStatus, short: ["svc"], categories: all }),
  builtIn("v1", "ReplicationController", { ...withStatus, short: ["rc"], categories: all }),
  builtIn("v1", "ConfigMap", { short: ["cm"] }),
  builtIn("v1", "Secret"),
  builtIn("v1", "ServiceAccount", { short: ["sa"], subresources: ["token"] }),
  builtIn("v1", "Event", { short: ["ev"] }),
  builtIn("discovery.k8s.io/v1", "EndpointSlice"),
  builtIn("apps/v1", "ReplicaSet", { ...withStatus, short: ["rs"], categories: all }),
  builtIn("apps/v1", "Deployment", { ...withStatus, short: ["deploy"], categories: all }),
  builtIn("apps/v1", "StatefulSet", { ...withStatus, short: ["sts"], categories: all }),
  builtIn("apps/v1", "DaemonSet", { ...withStatus, short: ["ds"], categories: all }),
  builtIn("batch/v1", "Job", { ...withStatus, categories: all }),
  builtIn("batch/v1", "CronJob", { ...withStatus, short: ["cj"], categories: all }),
  builtIn("networking.k8s.io/v1", "NetworkPolicy", { plural: "networkpolicies", short: ["netpol"] }),
  builtIn("networking.k8s.io/v1", "ServiceCIDR", { ...withStatus, isCluster: true }),
  builtIn("rbac.authorization.k8s.io/v1", "Role"),
  builtIn("rbac.authorization.k8s.io/v1", "RoleBinding"),
  builtIn("rbac.authorization.k8s.io/v1", "ClusterRole", { isCluster: true }),
  builtIn("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", { isCluster: true }),
  builtIn("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", {
    ...withStatus,
    isCluster: true,
    plural: "validatingadmissionpolicies",
  }),
  builtIn("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", { isCluster: true }),
  builtIn("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
    ...withStatus,
    isCluster: true,
    short: ["crd", "crds"],
  }),
  builtIn("authentication.k8s.io/v1", "TokenReview", review),
  builtIn("authentication.k8s.io/v1", "SelfSubjectReview", review),
  builtIn("authorization.k8s.io/v1", "SubjectAccessReview", review),
  builtIn("authorization.k8s.io/v1", "SelfSubjectAccessReview", review),
  builtIn("authorization.k8s.io/v1", "SelfSubjectRulesReview", review),
  builtIn("authorization.k8s.io/v1", "LocalSubjectAccessReview", { verbs: ["create"] }),
];

function builtIn(apiVersion: string, kind: string, traits: Traits = {}): ApiResource {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const singular = kind.toLowerCase();
  const plural = traits.plural ?? `${singular}s`;
  const id = group === "" ? plural : `${plural}.${group}`;
  const isNamespaced = traits.isCluster !== true;
  return {
    id,
    group,
    version,
    kind,
    plural,
    singular,
    isNamespaced,
    isCustom: false,
    shortNames: traits.short ?? [],
    categories: traits.categories ?? [],
    verbs: traits.verbs ?? VERBS,
    subresources: traits.subresources ?? [],
    selectableFields: selectableFieldsOf(id, isNamespaced),
    columns: builtInColumns(id),
  };
}
