import type { Exchange } from "../api-context.ts";
import { type Cause, invalid } from "../http/api-status.ts";
import { forbiddenField, invalidValue, notSupported, required } from "../validate/causes.ts";

const KINDS: Readonly<Record<string, string>> = {
  create: "CreateOptions",
  update: "UpdateOptions",
  patch: "PatchOptions",
};
const MOST_MANAGER = 128;

/**
 * The query of a write, checked before its body is looked at: meta/v1/validation's ValidateCreateOptions,
 * ValidateUpdateOptions and ValidatePatchOptions. Throws a 422.
 */
export function checkWriteOptions({ info }: Exchange, isApply = false): void {
  const { query, verb } = info;
  const causes = [
    ...(verb === "patch" ? patchCauses(query, isApply) : []),
    ...managerCauses(query.get("fieldManager") ?? ""),
    ...dryRunCauses(query.getAll("dryRun").filter((value) => value !== "")),
    ...validationCauses(query.get("fieldValidation") ?? ""),
  ];
  if (causes.length > 0) throw invalid({ group: "meta.k8s.io", kind: KINDS[verb] ?? "CreateOptions" }, "", causes);
}

function patchCauses(query: URLSearchParams, isApply: boolean): readonly Cause[] {
  if (isApply)
    return (query.get("fieldManager") ?? "") === "" ? [required("fieldManager", "is required for apply patch")] : [];
  return query.has("force") ? [forbiddenField("force", "may not be specified for non-apply patch")] : [];
}

function managerCauses(manager: string): readonly Cause[] {
  const field = "fieldManager";
  const message = `Too long: may not be more than ${MOST_MANAGER} bytes`;
  const long: Cause[] =
    Buffer.byteLength(manager) > MOST_MANAGER ? [{ reason: "FieldValueTooLong", field, message }] : [];
  return [...long, ...Array.from(manager).flatMap((character, place) => characterCauses(manager, character, place))];
}

/** Go's unicode.IsPrint: no controls, and of the spaces only the plain one. */
function characterCauses(manager: string, character: string, place: number): readonly Cause[] {
  if (character === " " || !/[\p{C}\p{Z}]/u.test(character)) return [];
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return [invalidValue("fieldManager", manager, `invalid character U+${code} (at position ${place})`)];
}

export function dryRunCauses(values: readonly string[]): readonly Cause[] {
  return values.some((value) => value !== "All") ? [notSupported("dryRun", values, ["All"])] : [];
}

function validationCauses(mode: string): readonly Cause[] {
  const modes = ["Ignore", "Strict", "Warn"];
  return mode === "" || modes.includes(mode) ? [] : [notSupported("fieldValidation", mode, ["", ...modes])];
}
