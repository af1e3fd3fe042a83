import { isDeepStrictEqual } from "node:util";
import { type Cause, invalid } from "../http/api-status.ts";
import { isObject, type JsonObject } from "../json-object.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldOf, listOf } from "../table/field-of.ts";
import { forbiddenField, invalidValue } from "./causes.ts";

const IMMUTABLE: Readonly<Record<string, string>> = {
  "deployments.apps": "spec.selector",
  "replicasets.apps": "spec.selector",
  "daemonsets.apps": "spec.selector",
  "statefulsets.apps": "spec.selector",
};

/** What may not change once an object is there: the ValidateXUpdate functions. Throws a 422. */
export function refuseChange(resource: ApiResource, before: ApiObject, next: ApiObject): void {
  const causes = changeCauses(resource.id, before, next);
  if (causes.length > 0) throw invalid(resource, next.metadata.name, causes);
}

function changeCauses(id: string, before: ApiObject, next: ApiObject): readonly Cause[] {
  if (id === "pods") return podCauses(before["spec"], next["spec"]);
  const ref = next["roleRef"];
  if (id.endsWith("rolebindings.rbac.authorization.k8s.io") && !isDeepStrictEqual(before["roleRef"], ref))
    return [invalidValue("roleRef", ref, "cannot change roleRef")];
  const path = IMMUTABLE[id];
  const value = path === undefined ? undefined : fieldOf(next, path);
  if (path === undefined || isDeepStrictEqual(fieldOf(before, path), value)) return [];
  return [invalidValue(path, value, "field is immutable")];
}

/** The real message ends with a difference in Go's own writing, which is left out. */
const POD_FIELDS =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
  "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** pkg/apis/core/validation: ValidatePodUpdate. */
function podCauses(before: unknown, next: unknown): readonly Cause[] {
  if (!isObject(before) || !isObject(next)) return [];
  for (const list of ["containers", "initContainers"])
    if (listOf(before, list).length !== listOf(next, list).length)
      return [forbiddenField(`spec.${list}`, "pod updates may not add or remove containers")];
  const isSame = isDeepStrictEqual(fixedPart(before), fixedPart(next));
  const had = listOf(before, "tolerations");
  const has = listOf(next, "tolerations");
  const isKept = had.every((each) => has.some((other) => isDeepStrictEqual(each, other)));
  const kept = "existing toleration can not be modified except its tolerationSeconds";
  return [
    ...(isSame ? [] : [forbiddenField("spec", POD_FIELDS)]),
    ...(isKept ? [] : [forbiddenField("spec.tolerations", kept)]),
  ];
}

function fixedPart(spec: JsonObject): JsonObject {
  const withoutImages = (list: string): object[] => listOf(spec, list).map((each) => ({ ...each, image: undefined }));
  const fixed = { containers: withoutImages("containers"), initContainers: withoutImages("initContainers") };
  return { ...spec, ...fixed, tolerations: undefined, activeDeadlineSeconds: undefined };
}
