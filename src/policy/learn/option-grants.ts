import type { Direction } from "../../profile/edge.ts";
import type { ExtraCidr, GeneratorSettings } from "../resolve-options.ts";
import type { Grant, RulePeer, RulePort } from "../rule.ts";

/** What the options let through, whatever was seen. */
export function optionGrants(settings: GeneratorSettings): readonly Grant[] {
  return settings.directions.flatMap((direction) => grantsOf(direction, settings));
}

function grantsOf(direction: Direction, { modes, cidrs }: GeneratorSettings): readonly Grant[] {
  const extra = cidrs[direction].flatMap((asked) => extraGrants(direction, asked));
  switch (modes[direction]) {
    case "allow-all":
      return [toGrant(direction, { kind: "everyone" }, undefined)];
    case "allow-namespace":
      return [toGrant(direction, { kind: "namespace" }, undefined), ...extra];
    case "learned":
    case "deny-all":
      return extra;
  }
}

function extraGrants(direction: Direction, { cidr, ports }: ExtraCidr): readonly Grant[] {
  const peer: RulePeer = { kind: "block", cidr, notes: ["asked for"] };
  if (ports.length === 0) return [toGrant(direction, peer, undefined)];
  return ports.map(({ protocol = "TCP", port, endPort = port }) =>
    toGrant(direction, peer, port === endPort ? { protocol, port } : { protocol, port, endPort }),
  );
}

function toGrant(direction: Direction, peer: RulePeer, port: RulePort | undefined): Grant {
  return { direction, origin: "option", peer, port, edges: [] };
}
