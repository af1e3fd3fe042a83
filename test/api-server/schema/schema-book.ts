import type { ApiResource } from "../resource/api-resource.ts";
import { readType } from "./client-node-types.ts";
import { REF_PREFIX, type Schema, type SchemaSource } from "./schema.ts";

/** Where client-node's class is not named `V1` and the kind. */
const CLASSES: Readonly<Record<string, string>> = { Event: "CoreV1Event" };

/** What other groups use of the core's, read before them so that it is named after the core. */
const CORE = ["V1Pod", "V1ReplicationController", "V1Service", "V1ServiceAccount", "CoreV1Event"] as const;

/** Types that belong to no group but to all. */
const META: ReadonlySet<string> = new Set(
  ["ObjectMeta", "ListMeta", "OwnerReference", "ManagedFieldsEntry", "Condition", "DeleteOptions", "Preconditions"]
    .concat(["LabelSelector", "LabelSelectorRequirement", "FieldSelectorRequirement"])
    .map((name) => `V1${name}`),
);

/** Schemas of everything served, under the names that Kubernetes' own OpenAPI documents use. */
export class SchemaBook implements SchemaSource {
  readonly #schemas = new Map<string, Schema>();
  readonly #names = new Map<string, string>();
  readonly #custom = new Map<string, Schema>();

  /** Of a built-in kind, read when it is first asked for; of a custom one, as its definition says. */
  of(resource: ApiResource): Schema {
    const custom = this.#custom.get(`${resource.id}/${resource.version}`);
    if (custom !== undefined) return custom;
    if (resource.group !== "") for (const type of CORE) this.#read(type, "");
    return this.#read(CLASSES[resource.kind] ?? `V1${resource.kind}`, resource.group);
  }

  setCustom(resource: ApiResource, schema: Schema): void {
    const { properties = {} } = schema;
    const head = { apiVersion: { type: "string" }, kind: { type: "string" } };
    const metadata = { $ref: this.#nameOfMeta("V1ObjectMeta") };
    this.#custom.set(`${resource.id}/${resource.version}`, {
      ...schema,
      properties: { ...properties, ...head, metadata },
    });
  }

  /** `io.k8s.api.apps.v1.Deployment`, or `example.com.v1.Widget`. */
  nameOf({ group, version, kind, isCustom }: ApiResource): string {
    return isCustom
      ? `${group.split(".").reverse().join(".")}.${version}.${kind}`
      : this.#nameOf(CLASSES[kind] ?? `V1${kind}`, group);
  }

  resolve = (schema: Schema): Schema => {
    if (schema.$ref === undefined) return schema;
    const name = schema.$ref.slice(REF_PREFIX.length);
    const found = this.#schemas.get(name);
    if (found === undefined) throw new Error(`no schema is called ${name}`);
    return found;
  };

  /** A schema and all that it refers to, by name. */
  closure(names: Iterable<string>): Map<string, Schema> {
    const found = new Map<string, Schema>();
    const visit = (name: string): void => {
      const schema = this.#schemas.get(name);
      if (schema === undefined || found.has(name)) return;
      found.set(name, schema);
      for (const [, next] of JSON.stringify(schema).matchAll(REFERENCES)) visit(next ?? "");
    };
    for (const name of names) visit(name);
    return found;
  }

  #read(type: string, group: string): Schema {
    const name = this.#nameOf(type, group);
    const known = this.#schemas.get(name);
    if (known !== undefined) return known;
    const { schema, uses } = readType(type, (used) => this.#nameOf(used, group));
    this.#schemas.set(name, schema);
    for (const used of uses) this.#read(used, group);
    return schema;
  }

  #nameOfMeta(type: string): string {
    this.#read(type, "");
    return REF_PREFIX + this.#nameOf(type, "");
  }

  /** A type belongs to the group that first used it: the core's own are read before those that use them. */
  #nameOf(type: string, group: string): string {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const plain = type.replace(/^[A-Z][a-z]*(?=V1)/u, "").replace(/^V1/u, "");
    const home = META.has(type) ? "io.k8s.apimachinery.pkg.apis.meta" : homeOf(group);
    const name = `${home}.v1.${plain}`;
    this.#names.set(type, name);
    return name;
  }
}

const REFERENCES = new RegExp(`"${REF_PREFIX}([^"]+)"`, "gu");

function homeOf(group: string): string {
  if (group === "apiextensions.k8s.io") return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions";
  return `io.k8s.api.${group === "" ? "core" : group.split(".")[0]}`;
}
