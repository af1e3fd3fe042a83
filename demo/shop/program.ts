import { fileURLToPath } from "node:url";
import type { Program } from "../lab/plan.ts";

/** One of demo/programs, run by the Node that runs this. */
export function program(
  file: string,
  { name, role }: Pick<Program, "name" | "role">,
  settings: Readonly<Record<string, string>> = {},
): Program {
  const path = fileURLToPath(new URL(`../programs/${file}`, import.meta.url));
  const flags = Object.entries(settings).flatMap(([setting, value]) => [`--${setting}`, value]);
  return { name, role, argv: [process.execPath, path, ...flags] };
}
