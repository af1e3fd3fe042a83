/** Held against "Server-Side Apply" and "Custom Resources" of the Kubernetes documentation, and KEP-555. */
import t from "tap";
import { ask, type Reply, serve, watch } from "./ask.ts";
import type { ApiServer } from "./api-server.ts";
import type { JsonObject } from "./json-object.ts";
import { fieldOf } from "./table/field-of.ts";

const POLICY = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/web";
const DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments/web";
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WIDGETS = "/apis/example.com/v1/namespaces/shop/widgets";

function apply(server: ApiServer, path: string, manager: string, body: JsonObject, query = ""): Promise<Reply> {
  const headers = { "content-type": "application/apply-patch+yaml" };
  return ask(server, `PATCH ${path}?fieldManager=${manager}${query}`, { body, headers });
}

function policy(spec: JsonObject, labels: JsonObject = {}): JsonObject {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "web", labels }, spec };
}

function deployment(spec: JsonObject): JsonObject {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
}

function owners({ body }: Reply): Record<string, unknown> {
  const entries = fieldOf(body, "metadata.managedFields") as {
    manager: string;
    operation: string;
    fieldsV1: unknown;
  }[];
  return Object.fromEntries(entries.map(({ manager, operation, fieldsV1 }) => [`${manager} ${operation}`, fieldsV1]));
}

function containersOf({ body }: Reply): unknown[] {
  return (fieldOf(body, "spec.template.spec.containers") as JsonObject[]).map(({ name }) => name);
}

const ingress = [{ ports: [{ port: 80, protocol: "TCP" }] }];

await t.test("applying creates, owns what it names, and changes nothing when it is said again", async (t) => {
  const server = await serve(t);
  const made = await apply(server, POLICY, "weir", policy({ podSelector: {}, ingress }, { a: "b" }));
  t.equal(made.status, 201);
  t.strictSame(owners(made), {
    "weir Apply": { "f:metadata": { "f:labels": { "f:a": {} } }, "f:spec": { "f:ingress": {}, "f:podSelector": {} } },
  });
  const again = await apply(server, POLICY, "weir", policy({ podSelector: {}, ingress }, { a: "b" }));
  t.strictSame([again.status, again.body], [200, made.body]);
  t.equal((await apply(server, POLICY, "", policy({}))).status, 422, "a manager is required");
});

await t.test(
  "Conflicts: another manager's value is refused with its field, taken by force, and shared when equal",
  async (t) => {
    const server = await serve(t);
    await apply(server, POLICY, "one", policy({ podSelector: {}, ingress }));
    const shared = await apply(server, POLICY, "two", policy({ podSelector: {}, ingress }));
    t.strictSame(Object.keys(owners(shared)).sort(), ["one Apply", "two Apply"]);
    const other = policy({ podSelector: {}, ingress: [{}] });
    t.match((await apply(server, POLICY, "three", other)).body, {
      code: 409,
      reason: "Conflict",
      details: {
        causes: [
          { reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".spec.ingress" },
          { message: 'conflict with "two"' },
        ],
      },
    });
    const forced = await apply(server, POLICY, "three", other, "&force=true");
    t.strictSame([forced.status, fieldOf(forced.body, "spec.ingress")], [200, [{}]]);
    t.notHas(fieldOf(owners(forced)["one Apply"], "f:spec"), "f:ingress");
  },
);

await t.test("Conflicts: whoever updated a field owns it, and the message says by which API version", async (t) => {
  const server = await serve(t);
  await apply(server, POLICY, "one", policy({ podSelector: {}, ingress }));
  const headers = { "content-type": "application/merge-patch+json" };
  const updated = await ask(server, `PATCH ${POLICY}?fieldManager=editor`, {
    body: { spec: { ingress: [{}] } },
    headers,
  });
  t.strictSame(owners(updated)["editor Update"], { "f:spec": { "f:ingress": {} } });
  t.equal(
    (await apply(server, POLICY, "one", policy({ podSelector: {}, ingress }))).body["message"],
    'Apply failed with 1 conflict: conflict with "editor" using networking.k8s.io/v1: .spec.ingress',
  );
});

await t.test("a field that its only owner no longer names is removed; one that another owns stays", async (t) => {
  const server = await serve(t);
  await apply(server, POLICY, "one", policy({ podSelector: {}, ingress }, { mine: "1", ours: "2" }));
  await apply(server, POLICY, "two", policy({ podSelector: {} }, { ours: "2" }));
  const less = await apply(server, POLICY, "one", policy({ podSelector: {} }));
  t.strictSame(fieldOf(less.body, "metadata.labels"), { ours: "2" });
  t.notHas(less.body["spec"], "ingress");
});

await t.test("Merge strategy: keyed lists are merged by item, and a dropped item goes alone", async (t) => {
  const server = await serve(t);
  const labels = { app: "web" };
  const spec = (containers: JsonObject[]): JsonObject => ({
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  });
  await apply(
    server,
    DEPLOYMENT,
    "one",
    deployment(
      spec([
        { name: "a", image: "a:1" },
        { name: "b", image: "b:1" },
      ]),
    ),
  );
  const both = await apply(server, DEPLOYMENT, "two", deployment(spec([{ name: "c", image: "c:1" }])));
  t.strictSame(containersOf(both), ["a", "b", "c"]);
  t.match(owners(both)["two Apply"], {
    "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"c"}': { ".": {}, "f:image": {} } } } } },
  });
  const less = await apply(server, DEPLOYMENT, "one", deployment(spec([{ name: "b", image: "b:2" }])));
  t.strictSame(containersOf(less), ["b", "c"]);
  t.match(fieldOf(less.body, "spec.template.spec.containers"), [{ image: "b:2" }, { image: "c:1" }]);
});

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", shortNames: ["wd"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
        selectableFields: [{ jsonPath: ".spec.color" }],
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: {
              spec: {
                type: "object",
                required: ["size"],
                properties: {
                  size: { type: "integer", minimum: 1 },
                  color: { type: "string", enum: ["red", "blue"], default: "red" },
                  parts: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    items: {
                      type: "object",
                      required: ["name"],
                      properties: { name: { type: "string" }, count: { type: "integer" } },
                    },
                  },
                  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                },
              },
              status: { type: "object", properties: { phase: { type: "string" } } },
            },
          },
        },
      },
    ],
  },
};

function widget(spec: JsonObject): JsonObject {
  return { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, spec };
}

await t.test(
  "CustomResourceDefinitions: a kind is served, pruned, defaulted, checked and shown by its columns",
  async (t) => {
    const server = await serve(t);
    const { body } = await ask(server, `POST ${DEFINITIONS}`, { body: definition });
    t.match(fieldOf(body, "status.conditions"), [{ type: "NamesAccepted" }, { type: "Established", status: "True" }]);
    const discovered = await ask(server, "GET /apis/example.com/v1");
    t.match(discovered.body, {
      resources: [{ name: "widgets", shortNames: ["wd"], kind: "Widget" }, { name: "widgets/status" }],
    });
    const made = await ask(server, `POST ${WIDGETS}`, { body: widget({ size: 2, odd: 1, free: { any: ["thing"] } }) });
    t.strictSame(made.body["spec"], { size: 2, free: { any: ["thing"] }, color: "red" });
    const message = async (spec: JsonObject): Promise<unknown> =>
      (await ask(server, `POST ${WIDGETS}`, { body: widget(spec) })).body["message"];
    const invalid = 'Widget.example.com "w" is invalid: spec.';
    t.equal(await message({}), `${invalid}size: Required value`);
    t.equal(
      await message({ size: 0 }),
      `${invalid}size: Invalid value: 0: spec.size in body should be greater than or equal to 1`,
    );
    t.equal(
      await message({ size: "2" }),
      `${invalid}size: Invalid value: "string": spec.size in body must be of type integer: "string"`,
    );
    t.equal(
      await message({ size: 1, color: "green" }),
      `${invalid}color: Unsupported value: "green": supported values: "red", "blue"`,
    );
    t.match(await message({ size: 1, parts: [{ name: "a" }, { name: "a" }] }), /spec\.parts\[1\]: Duplicate value/u);
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    t.match((await ask(server, `GET ${WIDGETS}`, { headers: { accept } })).body, { rows: [{ cells: ["w", 2] }] });
    t.match((await ask(server, `GET ${WIDGETS}?fieldSelector=spec.color%3Dblue`)).body, { items: [] });
    t.match(
      (await ask(server, `GET ${WIDGETS}`)).body,
      { items: [{ kind: "Widget", apiVersion: "example.com/v1" }] },
      "items name their kind",
    );
    const headers = { "content-type": "application/strategic-merge-patch+json" };
    t.equal((await ask(server, `PATCH ${WIDGETS}/w`, { body: {}, headers })).status, 415);
  },
);

await t.test(
  "custom resources: apply merges by the schema's keys, status has its own owner, deletion of the kind deletes all",
  async (t) => {
    const server = await serve(t, [definition]);
    await apply(server, `${WIDGETS}/w`, "one", widget({ size: 1, parts: [{ name: "a", count: 1 }] }));
    const both = await apply(server, `${WIDGETS}/w`, "two", widget({ size: 1, parts: [{ name: "b", count: 2 }] }));
    t.strictSame(fieldOf(both.body, "spec.parts"), [
      { name: "a", count: 1 },
      { name: "b", count: 2 },
    ]);
    const status = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, status: { phase: "Done" } };
    const done = await apply(server, `${WIDGETS}/w/status`, "three", status);
    t.match(done.body, { spec: { size: 1 }, status: { phase: "Done" }, metadata: { generation: 2 } });
    t.match(fieldOf(done.body, "metadata.managedFields"), [{}, {}, { manager: "three", subresource: "status" }]);
    const { next } = await watch(t, server, `${WIDGETS}?watch=1`);
    await next();
    await ask(server, `DELETE ${DEFINITIONS}/widgets.example.com`);
    t.match(await next(), { type: "DELETED" });
    t.equal((await ask(server, `GET ${WIDGETS}`)).status, 404);
  },
);

function withSchema(openAPIV3Schema: JsonObject): object {
  const copy = structuredClone(definition) as { spec: { versions: { schema: unknown }[] } };
  Object.assign(copy.spec.versions[0] ?? {}, { schema: { openAPIV3Schema } });
  return copy;
}

await t.test("Specifying a structural schema: what breaks its rules is refused with its place", async (t) => {
  const server = await serve(t);
  const at = "spec.versions[0].schema.openAPIV3Schema";
  const fields = async (schema: JsonObject): Promise<unknown[]> => {
    const { body } = await ask(server, `POST ${DEFINITIONS}`, { body: withSchema(schema) });
    return (fieldOf(body, "details.causes") as JsonObject[]).map(({ field }) => field);
  };
  t.strictSame(await fields({ type: "array" }), [`${at}.type`]);
  t.strictSame(await fields({ type: "object", properties: { spec: { properties: {} } } }), [
    `${at}.properties[spec].type`,
  ]);
  const both = { type: "object", properties: {}, additionalProperties: { type: "string" } };
  t.strictSame(await fields({ type: "object", properties: { a: both } }), [`${at}.properties[a].additionalProperties`]);
  t.strictSame(await fields({ type: "object", properties: { a: { type: "array" } } }), [`${at}.properties[a].items`]);
});
