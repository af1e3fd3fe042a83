import { type Address, holdsAddress, parseAddress } from "../cidr.ts";
import type { CompiledPeer, CompiledPort, CompiledRule } from "./compiled-policy.ts";
import type { End } from "./end.ts";
import { isInSelection, type LabelClass } from "./label-class.ts";
import type { Question } from "./verdict.ts";

/** What is looked up once for each end, however many questions it comes up in. */
export class PreparedEnd {
  readonly end: End;
  /** Undefined where no policy applies: not a pod, or one in the host network. */
  readonly labelClass: LabelClass | undefined;
  /** The node whose own address this is. */
  readonly isNode: string | undefined;
  #addresses: readonly Address[] | undefined;

  constructor(end: End, labelClass: LabelClass | undefined) {
    this.end = end;
    this.labelClass = labelClass;
    this.isNode = labelClass === undefined ? end.node : undefined;
  }

  /** Read when the first ipBlock asks for them: most rules name pods. */
  get addresses(): readonly Address[] {
    this.#addresses ??= addressesOf(this.end);
    return this.#addresses;
  }
}

/** Whether a rule of a policy that isolates `subject` lets `other` through. */
export function ruleAllows(rule: CompiledRule, subject: PreparedEnd, other: PreparedEnd, question: Question): boolean {
  const { peers, ports } = rule;
  if (ports !== undefined && !ports.some((port) => holdsPort(port, question))) return false;
  return peers === undefined || peers.some((peer) => holdsPeer(peer, subject, other));
}

/** "OR if the traffic source is the pod's local node": kubelet, and whatever else has the node's address. */
export function isOwnNode(subject: PreparedEnd, source: PreparedEnd): boolean {
  return source.isNode !== undefined && source.isNode === subject.end.node;
}

function holdsPeer(peer: CompiledPeer, subject: PreparedEnd, other: PreparedEnd): boolean {
  if (peer.kind === "pods") return other.labelClass !== undefined && isInSelection(other.labelClass, peer.selection);
  const address = addressTowards(other, subject);
  return (
    address !== undefined &&
    holdsAddress(peer.cidr, address) &&
    !peer.except.some((cidr) => holdsAddress(cidr, address))
  );
}

/** The two ends of a connection speak one family: the first that both have. */
function addressTowards(other: PreparedEnd, subject: PreparedEnd): Address | undefined {
  const { addresses } = other;
  if (addresses.length <= 1 || subject.addresses.length === 0) return addresses[0];
  return addresses.find(({ family }) => subject.addresses.some((own) => own.family === family)) ?? addresses[0];
}

function addressesOf(end: End): readonly Address[] {
  const texts = end.kind === "pod" ? end.ips : [end.ip];
  return texts.flatMap((text) => parseAddress(text) ?? []);
}

/** A named port is whatever port of that name and protocol the destination pod declares; outside of pods nothing. */
function holdsPort(port: CompiledPort, question: Question): boolean {
  if (port.protocol !== question.protocol) return false;
  if (port.kind === "range") return question.port >= port.first && question.port <= port.last;
  const { to } = question;
  if (to.kind !== "pod" || to.hostNetwork) return false;
  return to.ports.some(
    ({ name, containerPort, protocol }) =>
      name === port.name && containerPort === question.port && protocol === question.protocol,
  );
}
