import type { JsonObject } from "../json-object.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ResourceRegistry } from "../resource/resource-registry.ts";

const MEDIA_TYPE =
  /application\/json;(?=[^,]*g=apidiscovery\.k8s\.io)(?=[^,]*v=v2(?:[;,]|$))(?=[^,]*as=APIGroupDiscoveryList)/u;
export const AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Whether the Accept header asks for all of discovery in one document (KEP-3352). */
export function wantsAggregated(accept: string | undefined): boolean {
  return MEDIA_TYPE.test(accept ?? "");
}

/** apidiscovery.k8s.io/v2 of /api or /apis. */
export function discoverAll(resources: ResourceRegistry, path: "/api" | "/apis"): JsonObject {
  const own = resources.all().filter(({ group }) => (group === "") === (path === "/api"));
  const items = [...Map.groupBy(own, ({ group }) => group)].map(([name, ofGroup]) => ({
    metadata: name === "" ? {} : { name },
    versions: [...Map.groupBy(ofGroup, ({ version }) => version)].map(([version, each]) => ({
      version,
      freshness: "Current",
      resources: each.map(describe),
    })),
  }));
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items };
}

function describe(resource: ApiResource): JsonObject {
  const { group, version, kind, plural, singular, isNamespaced, verbs, shortNames, categories } = resource;
  const subresources = resource.subresources.map((subresource) => ({
    subresource,
    responseKind:
      subresource === "token"
        ? { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" }
        : { group, version, kind },
    verbs: subresource === "token" ? ["create"] : ["get", "patch", "update"],
  }));
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: isNamespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources }),
  };
}
