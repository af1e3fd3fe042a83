import type { Cause } from "../http/api-status.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldOf } from "../table/field-of.ts";
import { invalidValue, required } from "./causes.ts";
import { labelProblems, pathSegmentProblems, subdomainProblems } from "./names.ts";
import { validateLabels, validateSelector } from "./validate-selector.ts";
import { validateDefinition } from "./validate-definition.ts";
import { validateNetworkPolicy } from "./validate-network-policy.ts";

/** What can't be said by a schema: names, labels, selectors, and all of a NetworkPolicy. */
export function validateObject(resource: ApiResource, object: ApiObject): readonly Cause[] {
  return [...validateMetadata(resource, object), ...validateKind(resource, object)];
}

function validateMetadata(resource: ApiResource, { metadata }: ApiObject): readonly Cause[] {
  if (metadata.name === "") return [required("metadata.name", "name or generateName is required")];
  return [
    ...nameProblems(resource)(metadata.name).map((problem) => invalidValue("metadata.name", metadata.name, problem)),
    ...validateLabels(metadata.labels, "metadata.labels"),
  ];
}

function nameProblems({ group, plural }: ApiResource): (name: string) => readonly string[] {
  if (group === "rbac.authorization.k8s.io") return pathSegmentProblems;
  return group === "" && (plural === "namespaces" || plural === "services") ? labelProblems : subdomainProblems;
}

const WORKLOADS: ReadonlySet<string> = new Set(["deployments", "replicasets", "statefulsets", "daemonsets"]);

function validateKind({ group, plural }: ApiResource, object: ApiObject): readonly Cause[] {
  if (plural === "networkpolicies" && group === "networking.k8s.io") return validateNetworkPolicy(object);
  if (plural === "customresourcedefinitions") return validateDefinition(object);
  if (group === "apps" && WORKLOADS.has(plural)) return validateWorkload(object);
  return [];
}

/** A controller must select the pods that it makes. */
function validateWorkload(object: ApiObject): readonly Cause[] {
  const labels = fieldOf(object, "spec.template.metadata.labels");
  const wanted = fieldOf(object, "spec.selector.matchLabels");
  const missed = Object.entries(wanted ?? {}).some(([key, value]) => !hasLabel(labels, key, value));
  return [
    ...validateSelector(fieldOf(object, "spec.selector"), "spec.selector"),
    ...(missed
      ? [invalidValue("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")]
      : []),
  ];
}

function hasLabel(labels: unknown, key: string, value: unknown): boolean {
  return (labels as Record<string, unknown> | undefined)?.[key] === value;
}
