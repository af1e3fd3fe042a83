import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isAtomicType, mergeRule } from "./merge-keys.ts";
import { REF_PREFIX, type Schema } from "./schema.ts";

/**
 * The types of Kubernetes' own API as schemas, read from the text of client-node's generated classes: they come from
 * the OpenAPI document of a real API server. Importing them all would cost 85 MiB; reading those in use costs little.
 */
const FOLDER = fileURLToPath(new URL("gen/models/", import.meta.resolve("@kubernetes/client-node")));

interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

/** Types that are values on the wire, not objects with fields. */
const VALUES: Readonly<Record<string, Schema>> = {
  string: { type: "string" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  any: { "x-kubernetes-preserve-unknown-fields": true },
  object: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  Date: { type: "string", format: "date-time" },
  V1MicroTime: { type: "string", format: "date-time" },
  IntOrString: { format: "int-or-string", "x-kubernetes-int-or-string": true },
};

export interface TypeSchema {
  readonly schema: Schema;
  /** Types that it refers to. */
  readonly uses: readonly string[];
}

/** `nameOf` gives the names that references go by. */
export function readType(type: string, nameOf: (type: string) => string): TypeSchema {
  const declared = readFileSync(`${FOLDER}${type}.d.ts`, "utf8");
  const attributes = readAttributes(type);
  const uses = new Set<string>();
  const schemaOf = (text: string, format: string): Schema => {
    const list = /^Array<(.+)>$/u.exec(text);
    if (list !== null) return { type: "array", items: schemaOf(list[1] ?? "", format) };
    const map = /^\{ \[key: string\]: (.+); \}$/u.exec(text);
    if (map !== null) return { type: "object", additionalProperties: schemaOf(map[1] ?? "", format) };
    const value = VALUES[text];
    if (value !== undefined) return withFormat(value, format);
    uses.add(text);
    return { $ref: REF_PREFIX + nameOf(text) };
  };
  const properties = attributes.map(({ name, baseName, type: text, format }): [string, Schema] => {
    const plain = schemaOf(text, format);
    const isCollection = plain.type === "array" || plain.additionalProperties !== undefined;
    return [baseName, { ...descriptionOf(declared, name), ...plain, ...(isCollection && mergeRule(type, baseName)) }];
  });
  const required = attributes
    .filter(({ name }) => declared.includes(`\n    '${name}': `))
    .map(({ baseName }) => baseName);
  const schema: Schema = {
    ...classDescription(declared),
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    ...(isAtomicType(type) && { "x-kubernetes-map-type": "atomic" as const }),
  };
  return { schema, uses: [...uses] };
}

function readAttributes(type: string): readonly Attribute[] {
  const text = readFileSync(`${FOLDER}${type}.js`, "utf8");
  const table = /\.attributeTypeMap = (\[[^]*?\n\]);/u.exec(text)?.[1] ?? "[]";
  return JSON.parse(table) as readonly Attribute[];
}

function withFormat(value: Schema, format: string): Schema {
  if (value.type === "number" && format.startsWith("int")) return { type: "integer", format };
  return format === "" || value.format !== undefined ? value : { ...value, format };
}

function descriptionOf(declared: string, name: string): Schema {
  const end = declared.indexOf(`\n    '${name}'`);
  const start = declared.lastIndexOf("/**", end);
  return start > declared.lastIndexOf(";", end) ? describe(declared.slice(start, end)) : {};
}

function classDescription(declared: string): Schema {
  const end = declared.indexOf("export declare class");
  return describe(declared.slice(declared.lastIndexOf("/**", end), end));
}

function describe(comment: string): Schema {
  const description = comment
    .replaceAll(/^\s*(\/\*\*|\*\/|\*) ?/gmu, "")
    .replaceAll(/\\(['"])/gu, "$1")
    .trim();
  return description === "" ? {} : { description };
}
