import type { Cause } from "../http/api-status.ts";
import { listOf, textOf } from "../table/field-of.ts";

/** pkg/apis/core/validation: no two containers, nor two volumes, of one name. */
export function validatePodSpec(spec: unknown, path: string): readonly Cause[] {
  return ["containers", "initContainers", "volumes"].flatMap((list) => duplicates(spec, list, `${path}.${list}`));
}

function duplicates(spec: unknown, list: string, path: string): readonly Cause[] {
  const seen = new Set<string>();
  return listOf(spec, list).flatMap((item, place) => {
    const name = textOf(item, "name", "");
    const isSeen = seen.has(name) && name !== "";
    seen.add(name);
    const message = `Duplicate value: ${JSON.stringify(name)}`;
    return isSeen ? [{ reason: "FieldValueDuplicate", field: `${path}[${place}].name`, message }] : [];
  });
}
