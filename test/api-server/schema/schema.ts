/** A structural schema: OpenAPI v3 as CustomResourceDefinitions may use it, and as the built-in kinds are described by. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly $ref?: string;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
}

/** A rule in the Common Expression Language that must hold of the value, `self`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly reason?: string;
}

/** Schemas by name, and what a `$ref` between them means. */
export interface SchemaSource {
  readonly resolve: (schema: Schema) => Schema;
}

export const REF_PREFIX = "#/components/schemas/";

/** The schema of a field or of a map's values; undefined where the schema does not know the field. */
export function fieldSchema(schema: Schema, field: string, source: SchemaSource): Schema | undefined {
  const own = schema.properties?.[field];
  if (own !== undefined) return source.resolve(own);
  const others = schema.additionalProperties;
  return typeof others === "object" ? source.resolve(others) : undefined;
}

/** Whether fields that the schema does not name are kept. */
export function keepsUnknown(schema: Schema): boolean {
  if (schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true) return true;
  return schema.type === undefined && schema.properties === undefined;
}
