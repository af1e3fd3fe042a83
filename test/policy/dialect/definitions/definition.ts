import type { Schema } from "../../../api-server/schema/schema.ts";
import { prune } from "../../../api-server/schema/prune.ts";
import { validateSchema } from "../../../api-server/schema/validate-schema.ts";

/** A kind as its CustomResourceDefinition has it: what the tests hold documents against, and the API server serves. */
export interface Definition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly spec: Schema;
}

/** What strict validation says against a document: unknown fields, and all that its schema and rules forbid. */
export function faultsOf(definition: Definition, document: object): readonly string[] {
  return schemaFaults(rootSchema(definition), document);
}

/** The same by the schema of any definition. */
export function schemaFaults(schema: Schema, document: object): readonly string[] {
  const source = { resolve: (one: Schema): Schema => one };
  const unknown: string[] = [];
  prune(document, withHead(schema), source, (path) => unknown.push(`unknown field ${path}`));
  return [
    ...unknown,
    ...validateSchema(document, withHead(schema), source).map(({ field, message }) => `${field}: ${message}`),
  ];
}

/** What an API server is given to serve it. */
export function toManifest(definition: Definition): object {
  const { group, version, kind, plural, scope } = definition;
  const schema = { openAPIV3Schema: rootSchema(definition) };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

function rootSchema({ spec }: Definition): Schema {
  return {
    type: "object",
    required: ["metadata", "spec"],
    properties: { apiVersion: text(), kind: text(), metadata: { type: "object" }, spec },
  };
}

/** Metadata is the API server's own, whatever a definition says. */
function withHead(schema: Schema): Schema {
  const labels: Schema = { type: "object", additionalProperties: text({ maxLength: 63 }) };
  const metadata = fields({ name: text({ maxLength: 253 }), namespace: text({ maxLength: 63 }), labels });
  return { ...schema, properties: { ...schema.properties, apiVersion: text(), kind: text(), metadata } };
}

export function fields(properties: Readonly<Record<string, Schema>>, rest: Schema = {}): Schema {
  return { type: "object", properties, ...rest };
}

export function list(items: Schema, rest: Schema = {}): Schema {
  return { type: "array", items, ...rest };
}

export function text(rest: Schema = {}): Schema {
  return { type: "string", ...rest };
}

export function choice(...values: readonly string[]): Schema {
  return { type: "string", enum: values };
}

export function integer(minimum: number, maximum: number): Schema {
  return { type: "integer", minimum, maximum };
}

/** A selector of labels, in which some definitions check values and operators, and some leave it to their readers. */
export function labelSelector(value: Schema, operator: Schema): Schema {
  const requirement = fields({ key: text(), operator, values: list(text()) }, { required: ["key", "operator"] });
  return fields({ matchLabels: { type: "object", additionalProperties: value }, matchExpressions: list(requirement) });
}

/** One of several fields must be there, and no other of them. */
export function exactlyOne(...names: readonly string[]): Schema {
  return { oneOf: names.map((name) => ({ required: [name] })) };
}
