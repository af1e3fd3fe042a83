import { LRUCache } from "lru-cache";
import { ApiFault } from "./api-fault.ts";
import type { ApiConnection } from "./connect-api.ts";

/** What the API calls a kind in paths. */
export interface CustomResource {
  /** Plural, in lower case. */
  readonly name: string;
  readonly namespaced: boolean;
}

const MOST_VERSIONS = 256;
const REMEMBERED_MS = 3_600_000;
const IDLE_MS = 30_000;

/** Which resource a custom kind is: asked of the server once an hour for each version of a group. */
export class CustomResources {
  readonly #connection: ApiConnection;
  readonly #ofVersion = new LRUCache<string, ReadonlyMap<string, CustomResource>>({
    max: MOST_VERSIONS,
    ttl: REMEMBERED_MS,
  });

  constructor(connection: ApiConnection) {
    this.#connection = connection;
  }

  /** Throws ApiFault: 404 where the server has no such version, or in it no such kind. */
  async find(apiVersion: string, kind: string, signal: AbortSignal): Promise<CustomResource> {
    const resources = this.#ofVersion.get(apiVersion) ?? (await this.#discover(apiVersion, signal));
    const resource = resources.get(kind);
    if (resource === undefined) throw new ApiFault(`the server has no ${kind} in ${apiVersion}`, 404);
    return resource;
  }

  async #discover(apiVersion: string, signal: AbortSignal): Promise<ReadonlyMap<string, CustomResource>> {
    const path = apiVersion.split("/").map(encodeURIComponent).join("/");
    const answer = await this.#connection.send({ method: "GET", path: `/apis/${path}` }, IDLE_MS, signal);
    const { resources = [] } = answer as {
      readonly resources?: readonly (CustomResource & { readonly kind: string })[];
    };
    // Subresources (`rollouts/scale`) have a kind too.
    const own = resources.filter(({ name }) => !name.includes("/"));
    const byKind = new Map(own.map(({ kind, name, namespaced }) => [kind, { name, namespaced }]));
    this.#ofVersion.set(apiVersion, byKind);
    return byKind;
  }
}
