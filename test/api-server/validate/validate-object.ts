import type { Cause } from "../http/api-status.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldOf } from "../table/field-of.ts";
import { invalidValue, required } from "./causes.ts";
import { labelProblems, pathSegmentProblems, subdomainProblems } from "./names.ts";
import { validateLabels, validateSelector } from "./validate-selector.ts";
import { validateDefinition } from "./validate-definition.ts";
import { validatePodSpec } from "./validate-pod-spec.ts";
import { validateNetworkPolicy } from "./validate-network-policy.ts";

/** What can't be said by a schema: names, labels, selectors, and all of a NetworkPolicy. */
export function validateObject(resource: ApiResource, object: ApiObject): readonly Cause[] {
  return [...validateMetadata(resource, object), ...validateKind(resource, object)];
}

function validateMetadata(resource: ApiResource, { metadata }: ApiObject): readonly Cause[] {
  if (metadata.name === "") return [required("metadata.name", "name or generateName is required")];
  const { generateName: base = "" } = metadata;
  return [
    ...(base === "" ? [] : nameProblems(resource)(masked(base))).map((problem) =>
      invalidValue("metadata.generateName", base, problem),
    ),
    ...nameProblems(resource)(metadata.name).map((problem) => invalidValue("metadata.name", metadata.name, problem)),
    ...validateLabels(metadata.labels, "metadata.labels"),
  ];
}

/** What is behind a hyphen at the end is still to come: apimachinery's maskTrailingDash. */
function masked(base: string): string {
  return base.length > 1 && base.endsWith("-") ? `${base.slice(0, -2)}a` : base;
}

function nameProblems({ group, plural }: ApiResource): (name: string) => readonly string[] {
  if (group === "rbac.authorization.k8s.io") return pathSegmentProblems;
  return group === "" && (plural === "namespaces" || plural === "services") ? labelProblems : subdomainProblems;
}

const WORKLOADS: ReadonlySet<string> = new Set(["deployments", "replicasets", "statefulsets", "daemonsets"]);

function validateKind({ group, plural }: ApiResource, object: ApiObject): readonly Cause[] {
  if (plural === "networkpolicies" && group === "networking.k8s.io") return validateNetworkPolicy(object);
  if (plural === "customresourcedefinitions") return validateDefinition(object);
  if (group === "" && plural === "pods") return validatePodSpec(fieldOf(object, "spec"), "spec");
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
    ...validatePodSpec(fieldOf(object, "spec.template.spec"), "spec.template.spec"),
    ...(missed
      ? [invalidValue("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")]
      : []),
  ];
}

function hasLabel(labels: unknown, key: string, value: unknown): boolean {
  return (labels as Record<string, unknown> | undefined)?.[key] === value;
}
