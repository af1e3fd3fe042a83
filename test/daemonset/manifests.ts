/** The kustomize base under daemonset/, as objects. */
import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1Container,
  V1DaemonSet,
  V1Namespace,
} from "@kubernetes/client-node";
import type {
  V1CustomResourceDefinition,
  V1PriorityClass,
  V1Service,
  V1ServiceAccount,
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
} from "@kubernetes/client-node";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export const folder = fileURLToPath(new URL("../../daemonset/", import.meta.url));

export function readManifest(file: string): unknown {
  return parse(readFileSync(folder + file, "utf8")) as unknown;
}

export const kustomization = readManifest("kustomization.yaml") as {
  readonly resources: readonly string[];
  readonly images: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
};

export const namespace = readManifest("namespace.yaml") as V1Namespace;
export const serviceAccount = readManifest("service-account.yaml") as V1ServiceAccount;
export const clusterRole = readManifest("cluster-role.yaml") as V1ClusterRole;
export const clusterRoleBinding = readManifest("cluster-role-binding.yaml") as V1ClusterRoleBinding;
export const priorityClass = readManifest("priority-class.yaml") as V1PriorityClass;
export const service = readManifest("service.yaml") as V1Service;
/** Of those who ask weir. */
export const userRoles = ["reader", "editor", "metrics"].map(
  (name) => readManifest(`cluster-role-${name}.yaml`) as V1ClusterRole,
);
export const daemonSet = readManifest("daemonset.yaml") as V1DaemonSet;

export const networkProfileDefinition = readManifest("network-profile.yaml") as V1CustomResourceDefinition;
export const ownNodePolicy = readManifest("own-node-policy.yaml") as V1ValidatingAdmissionPolicy;
export const ownNodePolicyBinding = readManifest("own-node-policy-binding.yaml") as V1ValidatingAdmissionPolicyBinding;

export const podSpec = daemonSet.spec!.template.spec!;
export const agent = container("agent");
export const capture = container("capture");
export const dataFolder = podSpec.initContainers!.find(({ name }) => name === "data-folder")!;
export const everyContainer: readonly V1Container[] = [...podSpec.initContainers!, ...podSpec.containers];

function container(name: string): V1Container {
  return podSpec.containers.find((each) => each.name === name)!;
}
