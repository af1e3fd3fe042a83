import type { AddressNumber } from "./address.ts";
import { addressRanges, isInRanges, parseCidr, type AddressRanges } from "./address-ranges.ts";

/** What an address says of itself, without any cluster: who could answer there. */
export type AddressScope = "loopback" | "link-local" | "unspecified" | "multicast" | "broadcast" | "private" | "public";

const SCOPES: readonly (readonly [AddressScope, AddressRanges])[] = [
  // RFC 1122, 3.2.1.3 and RFC 4291, 2.5.3
  ["loopback", ranges("127.0.0.0/8", "::1/128")],
  // RFC 3927 and RFC 4291, 2.5.6
  ["link-local", ranges("169.254.0.0/16", "fe80::/10")],
  // RFC 1122, 3.2.1.3 and RFC 4291, 2.5.2
  ["unspecified", ranges("0.0.0.0/8", "::/128")],
  // RFC 1112, 4 and RFC 4291, 2.7
  ["multicast", ranges("224.0.0.0/4", "ff00::/8")],
  // RFC 919, 7
  ["broadcast", ranges("255.255.255.255/32")],
  // RFC 1918, RFC 6598 and RFC 4193. Class E (RFC 1112, 4) is here because some clouds number pods from it.
  ["private", ranges("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "240.0.0.0/4", "fc00::/7")],
];

/** The scope of an address. Documentation and benchmark ranges count as public. */
export function addressScope(address: AddressNumber): AddressScope {
  return SCOPES.find(([, members]) => isInRanges(members, address))?.[0] ?? "public";
}

function ranges(...cidrs: readonly string[]): AddressRanges {
  return addressRanges(cidrs.map((cidr) => parseCidr(cidr)).filter((cidr) => cidr !== undefined));
}
