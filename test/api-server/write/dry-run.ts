import type { Exchange } from "../api-context.ts";
import { ApiStatus, invalid } from "../http/api-status.ts";
import { notSupported } from "../validate/causes.ts";

const OPTIONS = { group: "meta.k8s.io", kind: "CreateOptions" } as const;

/** `dryRun=All`: everything as usual, but nothing is stored. */
export function isDryRun({ info }: Exchange): boolean {
  const values = info.query.getAll("dryRun").filter((value) => value !== "");
  const odd = values.find((value) => value !== "All");
  if (odd !== undefined) throw asStatus(odd);
  return values.length > 0;
}

function asStatus(value: string): ApiStatus {
  return invalid(OPTIONS, "", [notSupported("dryRun", [value], ["All"])]);
}
