import { ApiStatus, type Cause } from "../http/api-status.ts";
import { pathText } from "./field-paths.ts";
import type { Manager } from "./managers.ts";

/** "Conflicts": a value that another manager owns is not changed unless by force. Throws a 409 that names each. */
export function refuseConflicts(others: readonly Manager[], changed: ReadonlySet<string>): void {
  const conflicts = others.flatMap((other) =>
    [...other.paths].filter((path) => changed.has(path)).map((path) => ({ other, field: pathText(path) })),
  );
  if (conflicts.length === 0) return;
  const causes = conflicts.map(({ other, field }): Cause => {
    const message = `conflict with ${nameOf(other)}`;
    return { reason: "FieldManagerConflict", message, field };
  });
  throw new ApiStatus({ code: 409, reason: "Conflict", message: messageOf(conflicts), details: { causes } });
}

interface Conflict {
  readonly other: Manager;
  readonly field: string;
}

function messageOf(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined)
    return `Apply failed with 1 conflict: conflict with ${nameOf(first.other)}: ${first.field}`;
  const groups = Map.groupBy(conflicts, ({ other }) => nameOf(other));
  const texts = [...groups].map(
    ([name, each]) => `conflicts with ${name}:\n${each.map(({ field }) => `- ${field}`).join("\n")}`,
  );
  return `Apply failed with ${conflicts.length} conflicts: ${texts.join("\n")}`;
}

function nameOf({ manager, apiVersion, subresource, operation }: Manager): string {
  const part = subresource === "" ? "" : ` with subresource "${subresource}"`;
  return `"${manager}"${part}${operation === "Update" ? ` using ${apiVersion}` : ""}`;
}
