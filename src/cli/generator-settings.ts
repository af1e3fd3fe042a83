import { InvalidOptions } from "../policy/option-faults.ts";
import { type GeneratorSettings, resolveOptions } from "../policy/resolve-options.ts";
import type { Decisions } from "../profile/decisions.ts";
import type { GeneratorFlags } from "./generator-flags.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The generator's settings from flags, with what was decided of a workload wherever they leave it open; throws
 * UsageError, with all faults in one line.
 */
export function toGeneratorSettings(flags: GeneratorFlags, decisions?: Decisions): GeneratorSettings {
  try {
    return resolveOptions(withoutAbsent(toBody(flags)), decisions);
  } catch (error) {
    throw error instanceof InvalidOptions ? new UsageError(error.message, { cause: error }) : error;
  }
}

function toBody(flags: GeneratorFlags): Record<string, unknown> {
  return {
    ingress: flags.ingress,
    egress: flags.egress,
    directions: flags.directions,
    ingressCidrs: flags.ingressCidr?.map(toExtra),
    egressCidrs: flags.egressCidr?.map(toExtra),
    external: toExternal(flags),
    includeUnnamedExternal: flags.unnamedExternal,
    includeSuspicious: flags.suspicious,
    publishedPorts: flags.publishedPorts,
    includeServicePorts: flags.servicePorts,
    dialect: flags.dialect,
    leaveOut: flags.leaveOut,
    keep: flags.keep,
    since: flags.since,
    leastConnections: toNumber(flags.leastConnections),
    maxPorts: toNumber(flags.maxPorts),
    name: flags.policyName,
    labels: flags.label === undefined ? undefined : Object.fromEntries(flags.label.map(toLabel)),
    includeSystemNamespaces: flags.systemNamespaces,
  };
}

function toExternal(flags: GeneratorFlags): object | undefined {
  const { external, leastAddresses, prefixLength, prefixLength6 } = flags;
  if ([external, leastAddresses, prefixLength, prefixLength6].every((value) => value === undefined)) return undefined;
  const lengths = withoutAbsent({ ipv4: toNumber(prefixLength), ipv6: toNumber(prefixLength6) });
  return withoutAbsent({ mode: external, leastAddresses: toNumber(leastAddresses), prefixLength: lengths });
}

function toExtra(cidr: string): object {
  return { cidr };
}

function toLabel(text: string): [string, string] {
  const [key = "", ...value] = text.split("=");
  return [key, value.join("=")];
}

/** What is no number stays text, for the schema to refuse with its name. */
function toNumber(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/u.test(text) ? Number(text) : text;
}

function withoutAbsent(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
