import type { JsonObject } from "../json-object.ts";
import { type ApiResource, apiVersionOf, rootOf } from "../resource/api-resource.ts";
import type { ResourceRegistry } from "../resource/resource-registry.ts";

/** "API discovery", each document of its own, as all clients understand it; undefined where nothing is discovered. */
export function discover(resources: ResourceRegistry, path: string): JsonObject | undefined {
  const groups = groupsOf(resources);
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups };
  const group = groups.find(({ name }) => path === `/apis/${String(name)}`);
  if (group !== undefined) return { kind: "APIGroup", apiVersion: "v1", ...group };
  const own = resources.all().filter((resource) => rootOf(resource) === path);
  if (own[0] === undefined) return undefined;
  const groupVersion = apiVersionOf(own[0]);
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: own.flatMap(describe) };
}

function groupsOf(resources: ResourceRegistry): readonly JsonObject[] {
  const versions = [
    ...new Set(
      resources
        .all()
        .filter(({ group }) => group !== "")
        .map(apiVersionOf),
    ),
  ];
  const byGroup = Map.groupBy(versions, (groupVersion) => groupVersion.split("/")[0] ?? "");
  return [...byGroup].map(([name, all]) => {
    const described = all.map((groupVersion) => ({ groupVersion, version: groupVersion.split("/")[1] }));
    return { name, versions: described, preferredVersion: described[0] };
  });
}

function describe(resource: ApiResource): readonly JsonObject[] {
  const { plural, singular, isNamespaced: namespaced, kind, verbs, shortNames, categories } = resource;
  const own = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const below = resource.subresources.map((name) => ({
    name: `${plural}/${name}`,
    singularName: "",
    namespaced,
    ...(name === "token"
      ? { kind: "TokenRequest", group: "authentication.k8s.io", version: "v1", verbs: ["create"] }
      : { kind, verbs: ["get", "patch", "update"] }),
  }));
  return [own, ...below];
}
