import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * An address as four 32-bit words, which the evaluator compares a million times a second; IPv4 as IPv4-mapped
 * IPv6 (RFC 4291, 2.5.5.2), so that both compare alike.
 */
export interface Address {
  readonly family: 4 | 6;
  readonly words: Uint32Array;
}

/** A network in canonical form: no bit is set beyond the prefix. */
export interface Cidr {
  readonly family: 4 | 6;
  /** As written: up to 32 for IPv4, up to 128 for IPv6. */
  readonly prefixLength: number;
  readonly words: Uint32Array;
  readonly mask: Uint32Array;
}

/** Undefined for anything but a plain IPv4 or IPv6 address; a zone (`%eth0`) means nothing outside its machine. */
export function parseAddress(text: string): Address | undefined {
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  const parsed = ipaddr.process(text);
  return parsed.kind() === "ipv4"
    ? { family: 4, words: toWords([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...parsed.toByteArray()]) }
    : { family: 6, words: toWords(parsed.toByteArray()) };
}

/** Undefined unless it is `address/length`. Bits beyond the prefix are cleared, as the API server's reader does. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = match === null ? undefined : parseAddress(match[1]!);
  if (match === null || address === undefined) return undefined;
  const length = Number(match[2]);
  // An IPv4-mapped network is the IPv4 network that it maps; one wider than all of IPv4 maps none.
  const isMapped = address.family === 4 && match[1]!.includes(":");
  const prefixLength = isMapped ? length - 96 : length;
  return prefixLength < 0 || prefixLength > widthOf(address.family) ? undefined : enclosing(address, prefixLength);
}

/** The network of that length around an address. */
export function enclosing(address: Address, prefixLength: number): Cidr {
  const mask = maskOf(address.family === 4 ? 96 + prefixLength : prefixLength);
  const words = address.words.map((word, index) => word & mask[index]!);
  return { family: address.family, prefixLength, words, mask };
}

export function widthOf(family: 4 | 6): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** An address alone, as /32 or /128. */
export function singleAddress(address: Address): Cidr {
  return enclosing(address, widthOf(address.family));
}

export function holdsAddress(cidr: Cidr, address: Address): boolean {
  const { words, mask } = cidr;
  const other = address.words;
  return (
    cidr.family === address.family &&
    (other[3]! & mask[3]!) >>> 0 === words[3] &&
    (other[0]! & mask[0]!) >>> 0 === words[0] &&
    (other[1]! & mask[1]!) >>> 0 === words[1] &&
    (other[2]! & mask[2]!) >>> 0 === words[2]
  );
}

/** Whether the first holds all of the second; a network holds itself. */
export function holdsCidr(wide: Cidr, narrow: Cidr): boolean {
  return wide.prefixLength <= narrow.prefixLength && holdsAddress(wide, narrow);
}

/** RFC 4632 and RFC 5952 text. */
export function cidrText(cidr: Cidr): string {
  const octets = Array.from(cidr.words, (word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
  const address = cidr.family === 4 ? octets[3]!.join(".") : new ipaddr.IPv6(octets.flat()).toRFC5952String();
  return `${address}/${cidr.prefixLength}`;
}

/** A key under which networks sort by family, then number, then length. */
export function cidrSortKey(cidr: Cidr): string {
  const hex = Array.from(cidr.words, (word) => word.toString(16).padStart(8, "0")).join("");
  return `${cidr.family}${hex}${String(cidr.prefixLength).padStart(3, "0")}`;
}

function toWords(octets: readonly number[]): Uint32Array {
  const words = new Uint32Array(4);
  for (const [index, octet] of octets.entries()) words[index >> 2] = (words[index >> 2]! << 8) | octet;
  return words;
}

function maskOf(bits: number): Uint32Array {
  return Uint32Array.from([0, 32, 64, 96], (start) => {
    const ones = Math.min(Math.max(bits - start, 0), 32);
    return ones === 0 ? 0 : -1 << (32 - ones);
  });
}
