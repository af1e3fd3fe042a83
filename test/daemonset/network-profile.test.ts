/**
 * The definition of NetworkProfile, held against "Extend the Kubernetes API with CustomResourceDefinitions",
 * "Specifying a structural schema": each rule by its number there, and what else that page forbids.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { MODES } from "../../src/profile/decisions.ts";
import { NETWORK_PROFILE } from "../../src/profile/part/part-kind.ts";
import { ask, serve } from "../api-server/ask.ts";
import { hasKubectl } from "../api-server/has-kubectl.ts";
import { clusterRole, networkProfileDefinition as definition } from "./manifests.ts";

interface Node {
  readonly path: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly isInJunctor: boolean;
}

const run = promisify(execFile);
const JUNCTORS = ["allOf", "anyOf", "oneOf", "not"] as const;
const [version] = definition.spec.versions;
const root = version!.schema!.openAPIV3Schema as unknown as Node["schema"];
const nodes = [...walk({ path: "", schema: root, isInJunctor: false })];

/** Every schema in a schema: fields, values of maps, items, and what stands in logical junctors. */
function* walk(node: Node): Generator<Node> {
  yield node;
  const { path, schema, isInJunctor } = node;
  const child = (name: string, value: unknown, isIn = isInJunctor): Node => ({
    path: `${path}.${name}`,
    schema: value as Node["schema"],
    isInJunctor: isIn,
  });
  for (const [name, value] of Object.entries(schema["properties"] ?? {})) yield* walk(child(name, value));
  if (schema["items"] !== undefined) yield* walk(child("[]", schema["items"]));
  if (typeof schema["additionalProperties"] === "object") yield* walk(child("{}", schema["additionalProperties"]));
  for (const junctor of JUNCTORS)
    for (const value of [schema[junctor] ?? []].flat()) yield* walk(child(junctor, value, true));
}

function wrong(isWrong: (node: Node) => boolean): readonly string[] {
  return nodes.filter((node) => isWrong(node)).map(({ path }) => path);
}

await t.test("rule 1: a type for the root, each field of an object and each item of a list", (t) => {
  t.ok(nodes.length > 100, "all of it is looked at");
  t.strictSame(
    wrong(({ schema, isInJunctor }) => !isInJunctor && typeof schema["type"] !== "string"),
    [],
  );
  t.strictSame(
    wrong(({ schema }) => schema["type"] === "array" && schema["items"] === undefined),
    [],
  );
  t.equal(root["type"], "object");
  t.end();
});

await t.test("rules 2 and 3: what stands in a logical junctor is also outside, and restricts only", (t) => {
  const barred = ["description", "type", "default", "additionalProperties", "nullable"];
  t.strictSame(
    wrong(({ schema, isInJunctor }) => isInJunctor && barred.some((field) => field in schema)),
    [],
  );
  t.strictSame(
    wrong(({ isInJunctor }) => isInJunctor),
    [],
    "there is none",
  );
  t.end();
});

await t.test("rule 4: of metadata only name and generateName may be restricted", (t) => {
  t.strictSame(Object.keys(root["properties"] as object), ["spec"], "nothing is said of it");
  t.end();
});

await t.test("what the page forbids besides", (t) => {
  const barred = ["definitions", "dependencies", "deprecated", "discriminator", "id", "patternProperties", "readOnly"];
  const all = [...barred, "writeOnly", "xml", "$ref"];
  t.strictSame(
    wrong(({ schema }) => all.some((field) => field in schema)),
    [],
  );
  t.strictSame(
    wrong(({ schema }) => schema["uniqueItems"] === true),
    [],
  );
  t.strictSame(
    wrong(({ schema }) => schema["additionalProperties"] === false),
    [],
  );
  t.strictSame(
    wrong(({ schema }) => "properties" in schema && "additionalProperties" in schema),
    [],
  );
  t.end();
});

await t.test("every list and text has a bound, and what one writer owns is owned as one", (t) => {
  t.strictSame(
    wrong(({ schema }) => schema["type"] === "array" && !(Number(schema["maxItems"]) > 0)),
    [],
  );
  t.strictSame(
    wrong(({ schema }) => schema["type"] === "array" && schema["x-kubernetes-list-type"] !== "atomic"),
    [],
  );
  const texts = wrong(
    ({ schema }) => schema["type"] === "string" && !["maxLength", "enum", "format"].some((f) => f in schema),
  );
  t.strictSame(
    texts.map((path) => path.split(".").at(-1)),
    ["reason", "reason", "reason"],
    "but for reasons, which weir makes itself",
  );
  t.equal(nodes.find(({ path }) => path === ".spec")!.schema["x-kubernetes-map-type"], "atomic");
  t.end();
});

await t.test("names: the definition's is made of plural and group, and the program uses the same", (t) => {
  const { group, names, scope } = definition.spec;
  t.equal(definition.metadata!.name, `${names.plural}.${group}`);
  t.strictSame(
    { ...NETWORK_PROFILE },
    {
      apiVersion: `${group}/${version!.name}`,
      kind: names.kind,
      resource: names.plural,
    },
  );
  t.equal(scope, "Namespaced");
  t.notOk(
    names.shortNames!.some((name) => ["netpol", "np"].includes(name)),
    "NetworkPolicy keeps its own",
  );
  t.strictSame(
    definition.spec.versions.map(({ storage, served }) => [storage, served]),
    [[true, true]],
  );
  const decisions = nodes.find(({ path }) => path === ".spec.decisions.ingress")!.schema["enum"];
  t.strictSame(decisions, [...MODES]);
  t.end();
});

await t.test("the agent's role is for this resource and no status of it, without get", (t) => {
  const rules = clusterRole.rules!.filter(({ apiGroups }) => apiGroups?.includes("weir.io"));
  t.strictSame(rules, [
    { apiGroups: ["weir.io"], resources: ["networkprofiles"], verbs: ["list", "watch", "create", "patch", "delete"] },
  ]);
  t.equal(version!.subresources, undefined);
  t.end();
});

await t.test("the API server takes the definition, and refuses one that breaks a rule", async (t) => {
  const server = await serve(t);
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const broken = structuredClone(definition);
  delete (broken.spec.versions[0]!.schema!.openAPIV3Schema!.properties!["spec"] as { type?: string }).type;
  t.equal((await ask(server, `POST ${path}`, { body: broken })).status, 422);
  t.equal((await ask(server, `POST ${path}`, { body: definition })).status, 201);
});

const skip = hasKubectl() ? false : "kubectl is not installed";
const part = {
  apiVersion: "weir.io/v1alpha1",
  kind: "NetworkProfile",
  metadata: { name: "deployment-web-n1-0", namespace: "shop" },
  spec: {
    node: "n1",
    workload: { kind: "Deployment", name: "web" },
    counts: { ingress: 3, egress: 2, failed: 0, connections: 70 },
    written: "2026-01-01T00:00:00Z",
  },
};

await t.test("kubectl applies one, and its columns read well", { skip }, async (t) => {
  const server = await serve(t, [definition]);
  const folder = t.testdir({ kubeconfig: server.kubeconfig(), "part.json": JSON.stringify(part) });
  const env = { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: join(folder, "kubeconfig") };
  const kubectl = async (...args: readonly string[]): Promise<string> => (await run("kubectl", args, { env })).stdout;
  t.match(await kubectl("apply", "--server-side", "-f", join(folder, "part.json")), /serverside-applied/u);
  const [head = "", row = ""] = (await kubectl("get", "nprof", "-n", "shop")).split("\n");
  t.equal(head.trim().replaceAll(/\s+/gu, " "), "NAME KIND WORKLOAD NODE INGRESS EGRESS CONNECTIONS WRITTEN");
  t.match(row, /^deployment-web-n1-0\s+Deployment\s+web\s+n1\s+3\s+2\s+70\s+\d+[smhdy]/u);
});
