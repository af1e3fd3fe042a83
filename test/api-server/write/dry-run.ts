import type { Exchange } from "../api-context.ts";

/** `dryRun=All`: everything as usual, but nothing is stored. Other values were refused before. */
export function isDryRun({ info }: Exchange): boolean {
  return info.query.getAll("dryRun").some((value) => value !== "");
}
