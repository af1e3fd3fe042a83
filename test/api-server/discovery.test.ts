/**
 * Discovery and OpenAPI, held against "Kubernetes API Concepts" (kubernetes.io/docs/reference/using-api/api-concepts): each test
 * names its section.
 */
import t from "tap";
import { ask, serve } from "./ask.ts";
import type { JsonObject } from "./json-object.ts";
import { fieldOf } from "./table/field-of.ts";

await t.test("API discovery: groups, versions, resources, and all of it in one document", async (t) => {
  const server = await serve(t);
  t.match((await ask(server, "GET /api")).body, { kind: "APIVersions", versions: ["v1"] });
  t.match((await ask(server, "GET /apis/apps")).body, {
    kind: "APIGroup",
    preferredVersion: { groupVersion: "apps/v1" },
  });
  const { body } = await ask(server, "GET /api/v1");
  const pods = (body["resources"] as JsonObject[]).filter(({ name }) => String(name).startsWith("pods"));
  t.match(pods, [
    {
      name: "pods",
      singularName: "pod",
      namespaced: true,
      kind: "Pod",
      shortNames: ["po"],
      verbs: ["create"],
      categories: ["all"],
    },
    { name: "pods/status", verbs: ["get", "patch", "update"] },
  ]);
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  const all = await ask(server, "GET /apis", { headers: { accept } });
  t.match(all.body, { kind: "APIGroupDiscoveryList", items: [{ versions: [{ freshness: "Current" }] }] });
  t.match(await ask(server, "GET /apis/nothing/v1"), {
    status: 404,
    body: { reason: "NotFound", message: "the server could not find the requested resource" },
  });
  t.equal((await ask(server, "GET /api/v1/%E0%A4%A")).status, 404, "a path that is no text");
  t.match((await ask(server, "GET /version")).body, { major: "1" });
});

await t.test("OpenAPI: every kind that is served has a schema, and every reference leads to one", async (t) => {
  const server = await serve(t);
  const index = (await ask(server, "GET /openapi/v3")).body["paths"] as Record<string, { serverRelativeURL: string }>;
  t.ok(Object.keys(index).includes("apis/networking.k8s.io/v1"));
  for (const { serverRelativeURL } of Object.values(index)) {
    const { body } = await ask(server, `GET ${serverRelativeURL}`);
    const schemas = fieldOf(body, "components.schemas") as JsonObject;
    const missing = [...JSON.stringify(body).matchAll(/#\/components\/schemas\/([^"]+)/gu)].filter(
      ([, name]) => !Object.hasOwn(schemas, name ?? ""),
    );
    t.strictSame(missing, [], serverRelativeURL);
  }
  const { body } = await ask(server, "GET /openapi/v2");
  const definitions = body["definitions"] as Record<string, JsonObject>;
  t.match(definitions["io.k8s.api.networking.v1.NetworkPolicyPort"], {
    properties: { port: { type: "string", format: "int-or-string" }, endPort: { type: "integer", format: "int32" } },
  });
  t.match(definitions["io.k8s.api.core.v1.PodSpec"], {
    required: ["containers"],
    properties: { containers: { "x-kubernetes-patch-merge-key": "name" } },
  });
});
