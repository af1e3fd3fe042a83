import { type AddressChoice, type Decisions, DecisionsSchema } from "../profile/decisions.ts";
import { type Address, holdsAddress, parseAddress, parseCidr } from "./cidr.ts";
import { cidrFault, InvalidOptions, type OptionFault, schemaFaults } from "./option-faults.ts";

const PEER = /^(?:external|unresolved)\/(?<ip>[^|]+)$/u;
const EDGE = /^(?:ingress|egress)\|(?<peer>[^|]+)\|(?:TCP|UDP|SCTP)\|\d{1,5}$/u;

/** A whole document as it was sent. Throws InvalidOptions, with every fault and its field. */
export function readDecisions(value: unknown): Decisions {
  const faults = schemaFaults(DecisionsSchema, value);
  if (faults.length > 0) throw new InvalidOptions(faults);
  const decisions = value as Decisions;
  const deeper = addressFaults(decisions.addresses ?? []);
  if (deeper.length > 0) throw new InvalidOptions(deeper);
  return decisions;
}

/** What a schema cannot say of choices: that ids are addresses and named once, and that networks hold them. */
export function addressFaults(addresses: readonly AddressChoice[]): readonly OptionFault[] {
  const seen = new Set<string>();
  return addresses.flatMap((choice, index) => {
    const isRepeated = seen.has(choice.id);
    seen.add(choice.id);
    const field = `addresses[${index}]`;
    return isRepeated
      ? [{ field: `${field}.id`, message: `${choice.id} is named twice` }]
      : choiceFaults(choice, field);
  });
}

function choiceFaults({ id, cidr }: AddressChoice, field: string): readonly OptionFault[] {
  const address = addressOf(id);
  if (address === undefined) {
    const message = `${id} is no external/ADDRESS, no unresolved/ADDRESS and no edge to one`;
    return [{ field: `${field}.id`, message }];
  }
  const message = cidr === undefined ? undefined : (cidrFault(cidr) ?? missed(cidr, address));
  return message === undefined ? [] : [{ field: `${field}.cidr`, message }];
}

function missed(text: string, address: Address): string | undefined {
  const cidr = parseCidr(text);
  return cidr !== undefined && holdsAddress(cidr, address) ? undefined : `${text} does not hold the address itself`;
}

function addressOf(id: string): Address | undefined {
  const peer = EDGE.exec(id)?.groups?.["peer"] ?? id;
  const ip = PEER.exec(peer)?.groups?.["ip"];
  return ip === undefined ? undefined : parseAddress(ip);
}
