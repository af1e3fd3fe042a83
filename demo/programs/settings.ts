import { parseArgs } from "node:util";

/** Reads `--name value` for each of these names; all are needed. */
export function readSettings<Name extends string>(...names: readonly Name[]): Record<Name, string> {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const { values } = parseArgs({ options });
  const settings = names.map((name): [Name, string] => [name, required(name, values[name])]);
  return Object.fromEntries(settings) as Record<Name, string>;
}

export function familyOf(setting: string): 4 | 6 {
  return setting === "6" ? 6 : 4;
}

function required(name: string, value: unknown): string {
  if (typeof value !== "string") throw new Error(`--${name} is missing`);
  return value;
}
