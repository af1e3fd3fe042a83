import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { cidrText, parseAddress, parseCidr, singleAddress } from "./cidr.ts";

export interface OptionFault {
  /** As in `egressCidrs[0].cidr`; empty for the whole. */
  readonly field: string;
  readonly message: string;
}

/** All faults at once; its message is one line. */
export class InvalidOptions extends Error {
  readonly faults: readonly OptionFault[];

  constructor(faults: readonly OptionFault[]) {
    super(faults.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`)).join("; "));
    this.name = "InvalidOptions";
    this.faults = faults;
  }
}

export function schemaFaults(schema: TSchema, value: unknown): readonly OptionFault[] {
  return Value.Errors(schema, value)
    .filter(({ keyword }) => keyword !== "additionalProperties")
    .map(({ keyword, instancePath, params, message }) => ({
      field: fieldPath(instancePath),
      message: keyword === "boolean" ? "there is no such option" : `${message}${choices(params)}`,
    }));
}

/** Stricter than the API server, which silently clears the bits beyond the prefix: they are a slip more often than not. */
export function cidrFault(text: string): string | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return `${text} has no prefix length; did you mean ${cidrText(singleAddress(address))}?`;
  const cidr = parseCidr(text);
  if (cidr === undefined) return `${JSON.stringify(text)} is no CIDR such as 203.0.113.0/24 or 2001:db8::/32`;
  const own = parseAddress(text.slice(0, text.indexOf("/")));
  const isNetwork = own !== undefined && cidr.words.every((word, index) => word === own.words[index]);
  return isNetwork ? undefined : `${text} has bits set beyond its prefix; did you mean ${cidrText(cidr)}?`;
}

function choices(params: unknown): string {
  const { allowedValues } = params as { allowedValues?: unknown };
  return Array.isArray(allowedValues) ? `: ${allowedValues.join(", ")}` : "";
}

/** `/egressCidrs/0/cidr` -> `egressCidrs[0].cidr` */
function fieldPath(pointer: string): string {
  return pointer
    .replaceAll(/\/(\d+)(?=\/|$)/g, "[$1]")
    .replace(/^\//, "")
    .replaceAll("/", ".");
}
