import type { Target } from "../http/request-info.ts";
import { type ApiResource, apiVersionOf } from "./api-resource.ts";
import { BUILT_IN_RESOURCES } from "./built-in-resources.ts";

/** What is served now: the built-in kinds, and those that CustomResourceDefinitions have brought. */
export class ResourceRegistry {
  readonly #resources = new Map<string, ApiResource>();
  /** Moves on with each change, for discovery's ETags. */
  #revision = 0;

  constructor() {
    for (const resource of BUILT_IN_RESOURCES) this.#resources.set(placeOf(resource), resource);
  }

  get revision(): number {
    return this.#revision;
  }

  all(): readonly ApiResource[] {
    return [...this.#resources.values()];
  }

  /** Those of one group and version, as `apps/v1`. */
  ofVersion(apiVersion: string): readonly ApiResource[] {
    return this.all().filter((resource) => apiVersionOf(resource) === apiVersion);
  }

  byPath({ group, version, resource }: Pick<Target, "group" | "version" | "resource">): ApiResource | undefined {
    return this.#resources.get(`${group}/${version}/${resource}`);
  }

  byKind(apiVersion: string, kind: string): ApiResource | undefined {
    return this.ofVersion(apiVersion).find((resource) => resource.kind === kind);
  }

  /** The resource of a name, whatever its version: RBAC and reviews name no version. */
  byId(id: string): ApiResource | undefined {
    return this.all().find((resource) => resource.id === id);
  }

  /** All versions of a custom kind, in place of what was there of it. */
  setCustom(id: string, resources: readonly ApiResource[]): void {
    for (const [place, resource] of this.#resources)
      if (resource.isCustom && resource.id === id) this.#resources.delete(place);
    for (const resource of resources) this.#resources.set(placeOf(resource), resource);
    this.#revision += 1;
  }
}

function placeOf({ group, version, plural }: ApiResource): string {
  return `${group}/${version}/${plural}`;
}
