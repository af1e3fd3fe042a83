import type { Direction } from "../profile/edge.ts";
import { Value } from "typebox/value";
import { cidrText, parseAddress, parseCidr, singleAddress } from "./cidr.ts";
import { type GeneratorOptions, GeneratorOptionsSchema } from "./options.ts";
import { labelFaults, subdomainFault } from "./names.ts";

export type Mode = NonNullable<GeneratorOptions["ingress"]>;

/** The options once checked: nothing is absent, and what belongs to a direction is found by it. */
export interface GeneratorSettings {
  readonly directions: readonly Direction[];
  readonly modes: Readonly<Record<Direction, Mode>>;
  readonly cidrs: Readonly<Record<Direction, readonly ExtraCidr[]>>;
  readonly external: {
    readonly mode: "single" | "aggregate" | "none";
    readonly prefixLength: Readonly<Record<4 | 6, number>>;
  };
  readonly includeUnnamedExternal: boolean;
  readonly includeSuspicious: boolean;
  readonly publishedPorts: "open" | "observed";
  readonly leaveOut: ReadonlySet<string>;
  readonly keep: ReadonlySet<string>;
  /** Milliseconds since the epoch; minus infinity for all time. */
  readonly sinceMs: number;
  readonly leastConnections: number;
  readonly maxPorts: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly includeSystemNamespaces: boolean;
}

export interface ExtraCidr {
  /** Canonical. */
  readonly cidr: string;
  /** Every port where empty. */
  readonly ports: readonly ExtraPort[];
}

type ExtraPort = NonNullable<NonNullable<GeneratorOptions["egressCidrs"]>[number]["ports"]>[number];

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

/** Fills in the defaults. Throws InvalidOptions. */
export function resolveOptions(input: unknown): GeneratorSettings {
  const filled = Value.Default(GeneratorOptionsSchema, Value.Clone(input ?? {}));
  const faults = schemaFaults(filled);
  if (faults.length > 0) throw new InvalidOptions(faults);
  const options = filled as Required<GeneratorOptions>;
  const deeper = semanticFaults(options);
  if (deeper.length > 0) throw new InvalidOptions(deeper);
  return toSettings(options);
}

function schemaFaults(value: unknown): readonly OptionFault[] {
  return Value.Errors(GeneratorOptionsSchema, value)
    .filter(({ keyword }) => keyword !== "additionalProperties")
    .map(({ keyword, instancePath, params, message }) => ({
      field: fieldPath(instancePath),
      message: keyword === "boolean" ? "there is no such option" : `${message}${choices(params)}`,
    }));
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

function semanticFaults(options: Required<GeneratorOptions>): readonly OptionFault[] {
  return [
    ...options.ingressCidrs.flatMap((extra, index) => extraFaults(extra, `ingressCidrs[${index}]`)),
    ...options.egressCidrs.flatMap((extra, index) => extraFaults(extra, `egressCidrs[${index}]`)),
    ...labelFaults(options.labels, "labels"),
    ...templateFaults(options.name),
  ];
}

function extraFaults(extra: NonNullable<GeneratorOptions["egressCidrs"]>[number], field: string): OptionFault[] {
  const message = cidrFault(extra.cidr);
  const faults = message === undefined ? [] : [{ field: `${field}.cidr`, message }];
  const ports = (extra.ports ?? []).flatMap(({ port, endPort = port }, index) =>
    endPort < port
      ? [{ field: `${field}.ports[${index}].endPort`, message: `must not be less than port ${port}` }]
      : [],
  );
  return [...faults, ...ports];
}

/** Stricter than the API server, which silently clears the bits beyond the prefix: they are a slip more often than not. */
function cidrFault(text: string): string | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return `${text} has no prefix length; did you mean ${cidrText(singleAddress(address))}?`;
  const cidr = parseCidr(text);
  if (cidr === undefined) return `${JSON.stringify(text)} is no CIDR such as 203.0.113.0/24 or 2001:db8::/32`;
  const own = parseAddress(text.slice(0, text.indexOf("/")));
  const isNetwork = own !== undefined && cidr.words.every((word, index) => word === own.words[index]);
  return isNetwork ? undefined : `${text} has bits set beyond its prefix; did you mean ${cidrText(cidr)}?`;
}

/** What the template makes of the shortest workload name tells whether it can name a policy at all. */
function templateFaults(template: string): readonly OptionFault[] {
  const field = "name";
  if (!template.includes("{name}"))
    return [{ field, message: "must hold {name}, or all policies would be called alike" }];
  const sample = template.replaceAll(/\{(name|kind|namespace)\}/g, "x");
  const message = subdomainFault(sample);
  return message === undefined ? [] : [{ field, message: `makes no valid name: ${message}` }];
}

function toSettings(options: Required<GeneratorOptions>): GeneratorSettings {
  const { ingress, egress, ingressCidrs, egressCidrs, external, leaveOut, keep, since, ...same } = options;
  const { mode = "single", prefixLength = {} } = external;
  const { ipv4 = 24, ipv6 = 64 } = prefixLength;
  return {
    ...same,
    directions: (["ingress", "egress"] as const).filter((direction) => same.directions.includes(direction)),
    modes: { ingress, egress },
    cidrs: { ingress: ingressCidrs.map(toExtraCidr), egress: egressCidrs.map(toExtraCidr) },
    external: { mode, prefixLength: { 4: ipv4, 6: ipv6 } },
    leaveOut: new Set(leaveOut),
    keep: new Set(keep),
    sinceMs: since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since),
  };
}

function toExtraCidr({ cidr, ports = [] }: NonNullable<GeneratorOptions["egressCidrs"]>[number]): ExtraCidr {
  const parsed = parseCidr(cidr);
  if (parsed === undefined) throw new TypeError(`${cidr} was not checked`);
  return { cidr: cidrText(parsed), ports };
}
