import type { UsedFields } from "../object/used-fields.ts";

/**
 * Used fields with their names as octets, as they stand in JSON: a name is compared where it is, and no text is made of
 * it. The API writes its fields' names without escapes.
 */
export type FieldOctets = true | readonly NamedOctets[];

interface NamedOctets {
  readonly name: Buffer;
  readonly inner: FieldOctets;
}

export function fieldOctets(fields: UsedFields): FieldOctets {
  if (fields === true) return true;
  return Object.entries(fields).map(([name, inner]) => ({ name: Buffer.from(name), inner: fieldOctets(inner) }));
}

/** What is used of the field whose name stands between the places; undefined where nothing is. */
export function usedAt(
  fields: readonly NamedOctets[],
  json: Buffer,
  begin: number,
  end: number,
): FieldOctets | undefined {
  for (const { name, inner } of fields) if (name.length === end - begin && standsAt(name, json, begin)) return inner;
  return undefined;
}

function standsAt(name: Buffer, json: Buffer, begin: number): boolean {
  for (let index = 0; index < name.length; index += 1) if (json[begin + index] !== name[index]) return false;
  return true;
}
