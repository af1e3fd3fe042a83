import type { Column } from "../table/column.ts";

export interface ApiResource {
  /** As RBAC writes it: `pods`, `deployments.apps`. */
  readonly id: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** As in paths. */
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly isNamespaced: boolean;
  readonly verbs: readonly string[];
  /** Subresources: `status`, and those that only take a POST. */
  readonly subresources: readonly string[];
  /** Paths of fields that field selectors may name. */
  readonly selectableFields: readonly string[];
  /** What `kubectl get` shows, behind the name. */
  readonly columns: readonly Column[];
  /** Custom ones are pruned and checked by their own schema, and can't be patched strategically. */
  readonly isCustom: boolean;
}

export function apiVersionOf({ group, version }: Pick<ApiResource, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Where a group and version is served. */
export function rootOf(resource: Pick<ApiResource, "group" | "version">): string {
  return `/${resource.group === "" ? "api" : "apis"}/${apiVersionOf(resource)}`;
}
