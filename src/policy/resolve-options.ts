import { Value } from "typebox/value";
import type { Decisions } from "../profile/decisions.ts";
import type { Direction } from "../profile/edge.ts";
import { cidrText, parseCidr } from "./cidr.ts";
import { type Choice, choicesOf, type Decided, listDecided, withDecisions } from "./decided.ts";
import type { Dialect } from "./dialect/dialect.ts";
import { labelFaults, subdomainFault } from "./names.ts";
import { cidrFault, InvalidOptions, type OptionFault, schemaFaults } from "./option-faults.ts";
import { type GeneratorOptions, GeneratorOptionsSchema } from "./options.ts";
import { addressFaults } from "./read-decisions.ts";

export type Mode = NonNullable<GeneratorOptions["ingress"]>;

/** The options once checked: nothing is absent, and what belongs to a direction is found by it. */
export interface GeneratorSettings {
  readonly directions: readonly Direction[];
  readonly modes: Readonly<Record<Direction, Mode>>;
  readonly cidrs: Readonly<Record<Direction, readonly ExtraCidr[]>>;
  readonly external: {
    readonly mode: "single" | "aggregate" | "none";
    readonly leastAddresses: number;
    readonly prefixLength: Readonly<Record<4 | 6, number>>;
  };
  readonly includeUnnamedExternal: boolean;
  readonly includeSuspicious: boolean;
  readonly publishedPorts: "open" | "observed";
  readonly includeServicePorts: boolean;
  readonly dialect: Dialect;
  /** What was asked or decided of outside and unresolved addresses, by the id of the peer or edge. */
  readonly addresses: ReadonlyMap<string, Choice>;
  /** The decisions that these settings repeat, or would if the caller had not asked for something else. */
  readonly decided: readonly Decided[];
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

/** `since` alone has no default. */
type Filled = Required<Omit<GeneratorOptions, "since">> & Pick<GeneratorOptions, "since">;

type ExtraPort = NonNullable<NonNullable<GeneratorOptions["egressCidrs"]>[number]["ports"]>[number];

/** Fills in what was decided of a workload, and then the defaults. Throws InvalidOptions. */
export function resolveOptions(input: unknown, decisions: Decisions = {}): GeneratorSettings {
  const asked = input ?? {};
  const faults = schemaFaults(GeneratorOptionsSchema, asked);
  if (faults.length > 0) throw new InvalidOptions(faults);
  const filled = Value.Default(GeneratorOptionsSchema, Value.Clone(withDecisions(asked, decisions)));
  const options = filled as Filled;
  const deeper = semanticFaults(options);
  if (deeper.length > 0) throw new InvalidOptions(deeper);
  return { ...toSettings(options), addresses: choicesOf(asked, decisions), decided: listDecided(asked, decisions) };
}

function semanticFaults(options: Filled): readonly OptionFault[] {
  return [
    ...options.ingressCidrs.flatMap((extra, index) => extraFaults(extra, `ingressCidrs[${index}]`)),
    ...options.egressCidrs.flatMap((extra, index) => extraFaults(extra, `egressCidrs[${index}]`)),
    ...addressFaults(options.addresses),
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

/** What the template makes of the shortest workload name tells whether it can name a policy at all. */
function templateFaults(template: string): readonly OptionFault[] {
  const field = "name";
  if (!template.includes("{name}"))
    return [{ field, message: "must hold {name}, or all policies would be called alike" }];
  const sample = template.replaceAll(/\{(name|kind|namespace)\}/g, "x");
  const message = subdomainFault(sample);
  return message === undefined ? [] : [{ field, message: `makes no valid name: ${message}` }];
}

function toSettings(options: Filled): Omit<GeneratorSettings, "addresses" | "decided"> {
  const {
    ingress,
    egress,
    ingressCidrs,
    egressCidrs,
    external,
    leaveOut,
    keep,
    since,
    addresses: _,
    ...same
  } = options;
  const { mode = "single", leastAddresses = 4, prefixLength = {} } = external;
  const { ipv4 = 24, ipv6 = 64 } = prefixLength;
  return {
    ...same,
    directions: (["ingress", "egress"] as const).filter((direction) => same.directions.includes(direction)),
    modes: { ingress, egress },
    cidrs: { ingress: ingressCidrs.map(toExtraCidr), egress: egressCidrs.map(toExtraCidr) },
    external: { mode, leastAddresses, prefixLength: { 4: ipv4, 6: ipv6 } },
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
