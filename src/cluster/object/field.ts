/**
 * A place in a parsed document: a value, and the way that led to it, so that a wrong value can be named by
 * where it stands. As in the API's own decoder, `null` is the same as absent, and what is read from an
 * absent place is absent.
 */
export interface Field {
  readonly value: unknown;
  readonly name: string | number;
  readonly parent: Field | undefined;
}

/** A value that is not what the API has in that place. */
export class FieldFault extends Error {
  readonly path: readonly (string | number)[];
  readonly problem: string;

  constructor(field: Field, problem: string) {
    const path = pathOf(field);
    super(`${pathText(path)}: ${problem}`);
    this.name = "FieldFault";
    this.path = path;
    this.problem = problem;
  }
}

export function rootField(value: unknown): Field {
  return { value, name: "", parent: undefined };
}

/** The place that these names lead to; each one on the way is a map, or absent. */
export function at(field: Field, ...names: readonly string[]): Field {
  let place = field;
  for (const name of names) place = { value: mapOf(place)[name], name, parent: place };
  return place;
}

export function isAbsent(field: Field): boolean {
  return field.value === undefined || field.value === null;
}

export function elements(field: Field): readonly Field[] {
  if (isAbsent(field)) return [];
  if (!Array.isArray(field.value)) throw new FieldFault(field, "expected a list");
  return field.value.map((value: unknown, name) => ({ value, name, parent: field }));
}

export function text(field: Field): string | undefined {
  if (isAbsent(field)) return undefined;
  if (typeof field.value !== "string") throw new FieldFault(field, "expected a string");
  return field.value;
}

/** A string that must be there, and not be empty. */
export function requiredText(field: Field): string {
  const value = text(field);
  if (value === undefined || value === "") throw new FieldFault(field, "missing");
  return value;
}

/** Label maps: a value that is null is the empty string, as it is for the API. */
export function textMap(field: Field): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(mapOf(field)).map((key) => [key, text(at(field, key)) ?? ""]));
}

export function flag(field: Field): boolean {
  if (isAbsent(field)) return false;
  if (typeof field.value !== "boolean") throw new FieldFault(field, "expected true or false");
  return field.value;
}

/** A port number, 1 to 65535. */
export function port(field: Field): number | undefined {
  if (isAbsent(field)) return undefined;
  const { value } = field;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 65_535)
    throw new FieldFault(field, "expected a port number");
  return value;
}

/** A port's number or its name. */
export function portOrName(field: Field): number | string | undefined {
  return typeof field.value === "string" ? field.value : port(field);
}

/** Microseconds since 1970; undefined also for the zero time, which the API writes for "never". */
export function time(field: Field): number | undefined {
  const written = text(field);
  if (written === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT/.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(ms)) throw new FieldFault(field, "expected a time as in RFC 3339");
  return ms > 0 ? ms * 1000 : undefined;
}

const NO_MAP: Readonly<Record<string, unknown>> = {};

function mapOf(field: Field): Readonly<Record<string, unknown>> {
  if (isAbsent(field)) return NO_MAP;
  if (typeof field.value !== "object" || Array.isArray(field.value)) throw new FieldFault(field, "expected a map");
  return field.value as Record<string, unknown>;
}

function pathOf(field: Field): readonly (string | number)[] {
  return field.parent === undefined ? [] : [...pathOf(field.parent), field.name];
}

function pathText(path: readonly (string | number)[]): string {
  const parts = path.map((name) => (typeof name === "number" ? `[${name}]` : `.${name}`));
  return parts.join("").replace(/^\./, "") || "the document";
}
