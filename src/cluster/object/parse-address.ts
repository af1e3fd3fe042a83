import { canonicalAddress } from "../address/address.ts";
import { parseCidr } from "../address/address-ranges.ts";
import { FieldFault, elements, isAbsent, requiredText, type Field } from "./field.ts";

/** Canonical text of an address that must be there. */
export function parseAddress(field: Field): string {
  const address = canonicalAddress(requiredText(field));
  if (address === undefined) throw new FieldFault(field, "expected an IP address");
  return address;
}

export function parseAddresses(list: Field): readonly string[] {
  return elements(list).map((element) => parseAddress(element));
}

/** Addresses of the API's doubled fields: the list, or where it is absent the older single one. */
export function parseEitherAddresses(list: readonly Field[], single: Field): readonly string[] {
  if (list.length === 0 && (isAbsent(single) || single.value === "")) return [];
  return (list.length > 0 ? list : [single]).map((element) => parseAddress(element));
}

/** The text of a CIDR block, as it was written. */
export function parseCidrText(field: Field): string {
  const written = requiredText(field);
  if (parseCidr(written) === undefined) throw new FieldFault(field, "expected a CIDR block");
  return written;
}
