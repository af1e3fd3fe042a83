import type { ApiObject } from "../store/api-object.ts";
import { ageOf } from "./age.ts";
import { type Column, column } from "./column.ts";
import { fieldOf, listOf, textOf } from "./field-of.ts";
import { networkColumns } from "./network-columns.ts";
import { podColumns } from "./pod-columns.ts";
import { workloadColumns } from "./workload-columns.ts";

const age = column("Age", (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs));
const createdAt = column("Created At", ({ metadata }) => metadata.creationTimestamp, { type: "string" });
const roleRef = column("Role", (object) => `${textOf(object, "roleRef.kind")}/${textOf(object, "roleRef.name")}`);

const clusterColumns: Readonly<Record<string, readonly Column[]>> = {
  namespaces: [column("Status", (object) => textOf(object, "status.phase", "Active")), age],
  nodes: [
    column("Status", nodeStatus),
    column("Roles", nodeRoles),
    age,
    column("Version", (node) => textOf(node, "status.nodeInfo.kubeletVersion", "")),
    column("Internal-IP", (node) => nodeAddress(node, "InternalIP"), { priority: 1 }),
    column("External-IP", (node) => nodeAddress(node, "ExternalIP"), { priority: 1 }),
    column("OS-Image", (node) => textOf(node, "status.nodeInfo.osImage", "<unknown>"), { priority: 1 }),
    column("Kernel-Version", (node) => textOf(node, "status.nodeInfo.kernelVersion", "<unknown>"), { priority: 1 }),
    column("Container-Runtime", (node) => textOf(node, "status.nodeInfo.containerRuntimeVersion", "<unknown>"), {
      priority: 1,
    }),
  ],
  events: [
    column("Last Seen", (event, nowMs) => ageOf(fieldOf(event, "lastTimestamp"), nowMs)),
    column("Type", (event) => textOf(event, "type", "")),
    column("Reason", (event) => textOf(event, "reason", "")),
    column(
      "Object",
      (event) => `${textOf(event, "involvedObject.kind").toLowerCase()}/${textOf(event, "involvedObject.name")}`,
    ),
    column("Message", (event) => textOf(event, "message", "").trim()),
  ],
  "customresourcedefinitions.apiextensions.k8s.io": [createdAt],
  "roles.rbac.authorization.k8s.io": [createdAt],
  "clusterroles.rbac.authorization.k8s.io": [createdAt],
  "rolebindings.rbac.authorization.k8s.io": [roleRef, age],
  "clusterrolebindings.rbac.authorization.k8s.io": [roleRef, age],
};

const known: Readonly<Record<string, readonly Column[]>> = {
  pods: podColumns,
  ...workloadColumns,
  ...networkColumns,
  ...clusterColumns,
};

/** Behind the name, which every table begins with; the age for kinds of which the server knows no more. */
export function builtInColumns(resourceId: string): readonly Column[] {
  return known[resourceId] ?? [age];
}

function nodeStatus(node: ApiObject): string {
  const ready = listOf(node, "status.conditions").find(({ type }) => type === "Ready");
  const word = ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady";
  return fieldOf(node, "spec.unschedulable") === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles(node: ApiObject): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.keys(node.metadata.labels ?? {}).flatMap((key) =>
    key.startsWith(prefix) ? [key.slice(prefix.length)] : [],
  );
  return roles.sort().join(",") || "<none>";
}

function nodeAddress(node: ApiObject, type: string): string {
  return textOf(
    listOf(node, "status.addresses").find((address) => address["type"] === type),
    "address",
  );
}
