import { addressNumber, addressText, canonicalAddress, type AddressNumber } from "./address.ts";

/** A CIDR block: the bits before its prefix's end, the prefix's length, and 32 or 128. */
export interface Cidr {
  readonly network: bigint;
  readonly prefix: number;
  readonly width: 32 | 128;
}

/**
 * CIDR blocks, those of one width and prefix length together, so that a look-up costs one get for each length
 * in use (a cluster has two or three) and not one comparison for each of five thousand nodes.
 */
export type AddressRanges = readonly EqualBlocks[];

interface EqualBlocks {
  readonly width: 32 | 128;
  readonly prefix: number;
  readonly networks: ReadonlySet<bigint>;
}

/** Undefined where the text is no CIDR. Bits after the prefix are ignored. */
export function parseCidr(text: string): Cidr | undefined {
  const [, ip = "", length = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = canonicalAddress(ip);
  if (address === undefined) return undefined;
  const number = addressNumber(address);
  return Number(length) > number.width ? undefined : cidrAround(number, Number(length));
}

/** The block of that length which holds the address. */
export function cidrAround({ bits, width }: AddressNumber, prefix: number): Cidr {
  return { network: bits >> BigInt(width - prefix), prefix, width };
}

/** The block's address number `index`, from 0, the network's own. */
export function addressInCidr({ network, prefix, width }: Cidr, index: number): string {
  return addressText({ bits: (network << BigInt(width - prefix)) + BigInt(index), width });
}

export function addressRanges(cidrs: Iterable<Cidr>): AddressRanges {
  const alike = Map.groupBy(cidrs, ({ width, prefix }) => `${width}/${prefix}`);
  return [...alike.values()].flatMap((blocks) => {
    const [first] = blocks;
    return first === undefined ? [] : [{ ...first, networks: new Set(blocks.map(({ network }) => network)) }];
  });
}

/** Says whether one of the ranges holds this address. */
export function isInRanges(ranges: AddressRanges, { bits, width }: AddressNumber): boolean {
  return ranges.some((blocks) => blocks.width === width && blocks.networks.has(bits >> BigInt(width - blocks.prefix)));
}
