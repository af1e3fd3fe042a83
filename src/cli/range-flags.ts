import type { Command } from "commander";
import { type Cidr, parseCidr } from "../cluster/address/address-ranges.ts";
import type { GivenRanges } from "../cluster/given-ranges.ts";
import { flag } from "./flag.ts";
import { UsageError } from "./usage-error.ts";

export interface RangeFlags {
  readonly podCidr?: readonly string[];
  readonly serviceCidr?: readonly string[];
}

/** For clusters whose Nodes don't tell where pods get their addresses from. */
export function addRangeFlags(command: Command): Command {
  return command
    .addOption(flag("--pod-cidr <cidr...>", "where pods get their addresses from, beside what Nodes tell"))
    .addOption(flag("--service-cidr <cidr...>", "where Services get theirs from, beside what the cluster tells"));
}

/** Throws UsageError, with all that is no CIDR block. */
export function toGivenRanges({ podCidr = [], serviceCidr = [] }: RangeFlags): GivenRanges {
  const faults: string[] = [];
  const parse = (name: string, texts: readonly string[]): readonly Cidr[] =>
    texts.flatMap((text) => {
      const cidr = parseCidr(text);
      if (cidr === undefined) faults.push(`--${name} ${text}: expected a CIDR block such as 10.244.0.0/16`);
      return cidr ?? [];
    });
  const given = { podCidrs: parse("pod-cidr", podCidr), serviceCidrs: parse("service-cidr", serviceCidr) };
  if (faults.length > 0) throw new UsageError(faults.join("; "));
  return given;
}
