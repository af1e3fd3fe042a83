import { BlockList, isIP } from "node:net";
import type { Direction } from "../../../src/profile/edge.ts";
import type { End, PodEnd } from "../../../src/policy/evaluate/end.ts";

/** What the evaluators of the dialects are asked, and what they share: addresses and labels, written for the tests alone. */
export interface Ground {
  /** Which end of the connection the policy is asked about: egress at the client's, ingress at the server's. */
  readonly direction: Direction;
  readonly subject: PodEnd;
  readonly other: End;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly port: number;
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export type Labels = Readonly<Record<string, string>>;

/** The first address of the other end whose family the subject speaks too. */
export function addressOf({ subject, other }: Ground): string | undefined {
  if (other.kind === "address") return other.ip;
  return other.ips.find((ip) => subject.ips.some((own) => isV6(own) === isV6(ip))) ?? other.ips[0];
}

function isV6(address: string): boolean {
  return address.includes(":");
}

/** The node whose own address the other end has, a pod in the host network being its node. */
export function nodeOf({ other }: Ground): string | undefined {
  return other.kind === "address" || other.hostNetwork ? other.node : undefined;
}

/** The other end as a pod that has labels and a network of its own. */
export function podOf({ other }: Ground): PodEnd | undefined {
  return other.kind === "pod" && !other.hostNetwork ? other : undefined;
}

/** A BlockList takes an IPv4 address for the IPv6 one that maps it; here ::/0 holds no IPv4 address. */
export function isWithin(cidr: string, address: string | undefined): boolean {
  if (address === undefined || isV6(cidr) !== isV6(address)) return false;
  const known = networks.get(cidr) ?? networkOf(cidr);
  networks.set(cidr, known);
  return known(address);
}

/** Few networks and addresses, asked about a million times. */
const networks = new Map<string, (address: string) => boolean>();

function networkOf(cidr: string): (address: string) => boolean {
  const [network = "", length = ""] = cidr.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, Number(length), family);
  const answers = new Map<string, boolean>();
  return (address) => {
    const known = answers.get(address) ?? list.check(address, family);
    answers.set(address, known);
    return known;
  };
}

/** LabelSelector of meta/v1: "The requirements are ANDed"; NotIn and DoesNotExist hold where the key is missing. */
export function isSelected({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const all = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In", values: [value] })),
    ...matchExpressions,
  ];
  return all.every(({ key, operator, values = [] }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (operator === "Exists" || operator === "DoesNotExist") return (value !== undefined) === (operator === "Exists");
    return (value !== undefined && values.includes(value)) === (operator === "In");
  });
}

/** A document that no reader of its dialect takes, or that says what the evaluators do not know. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}
