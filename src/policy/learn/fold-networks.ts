import { type Address, type Cidr, enclosing, singleAddress, widthOf } from "../cidr.ts";
import { addressBits, type AddressSet, lastBits } from "./address-set.ts";

export interface FoldRules {
  /** Fewer addresses than this stay single; two at least. */
  readonly leastAddresses: number;
  /** No network is wider than this. */
  readonly prefixLength: Readonly<Record<4 | 6, number>>;
  /** What no network may take in, but for the addresses that are folded. */
  readonly avoided: readonly AddressSet[];
}

/**
 * Addresses -> the networks that stand for them: each the narrowest around its own addresses, none wider than the
 * floor, none around fewer addresses than the threshold, none around an address to avoid. What can't be one network
 * is split where its addresses first differ, so that the same addresses in any order give the same networks.
 */
export function foldNetworks(addresses: readonly Address[], rules: FoldRules): readonly Cidr[] {
  const single = new Map(addresses.map((address) => [addressBits(address), address]));
  const sorted = [...single].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
  const own = new Set(single.keys());
  return ([4, 6] as const).flatMap((family) => {
    const same = sorted.filter((address) => address.family === family);
    return fold(same, (cidr) => cidr.prefixLength >= rules.prefixLength[family] && isClear(cidr, own, rules), rules);
  });
}

function isClear(cidr: Cidr, own: ReadonlySet<bigint>, { avoided }: FoldRules): boolean {
  return avoided.every((set) => !set.isHitBy(cidr, own));
}

/** In order; each step looks one bit further at least, so that it ends. */
function fold(sorted: readonly Address[], mayStand: (cidr: Cidr) => boolean, rules: FoldRules): readonly Cidr[] {
  if (sorted.length < Math.max(rules.leastAddresses, 2)) return sorted.map(singleAddress);
  const common = commonNetwork(sorted[0]!, sorted.at(-1)!);
  if (mayStand(common)) return [common];
  const half = enclosing(sorted[0]!, common.prefixLength + 1);
  const last = lastBits(half);
  const lower = sorted.filter((address) => addressBits(address) <= last);
  return [...fold(lower, mayStand, rules), ...fold(sorted.slice(lower.length), mayStand, rules)];
}

/** The narrowest network around two addresses of a family, which then holds all that lie between them. */
function commonNetwork(a: Address, b: Address): Cidr {
  const width = widthOf(a.family);
  const different = (addressBits(a) ^ addressBits(b)).toString(2);
  return enclosing(a, different === "0" ? width : width - different.length);
}
