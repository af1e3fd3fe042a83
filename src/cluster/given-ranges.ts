import type { Cidr } from "./address/address-ranges.ts";

/** Ranges that the user tells, for clusters whose objects don't: Calico, Cilium and others have pods where they want. */
export interface GivenRanges {
  readonly podCidrs: readonly Cidr[];
  readonly serviceCidrs: readonly Cidr[];
}

export const noGivenRanges: GivenRanges = { podCidrs: [], serviceCidrs: [] };
