import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type Workload, type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import type { AddressChoice } from "../../profile/decisions.ts";
import type { ExternalPeer, Peer } from "../../profile/edge.ts";
import { cidrText, parseAddress, parseCidr, singleAddress } from "../cidr.ts";
import type { HeldBack } from "./held-back.ts";
import type { RuleBlock, RulePeer } from "../rule.ts";
import { canonicalSelector, isUsable } from "../selector.ts";

interface KnownWorkload {
  readonly peer: RulePeer | HeldBack;
  readonly selectorProblem: string | undefined;
}

/** Workloads as peers; each is looked up once. For one state of the cluster, which bounds what is kept. */
export class PodPeers {
  readonly #cluster: ClusterState;
  readonly #known = new Map<string, KnownWorkload>();

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  /** The pods of a workload as a rule names them, or why it cannot. */
  of(ref: WorkloadRef): RulePeer | HeldBack {
    return this.#lookUp(ref).peer;
  }

  /** What is doubtful about its selector. */
  selectorProblemOf(ref: WorkloadRef): string | undefined {
    return this.#lookUp(ref).selectorProblem;
  }

  #lookUp(ref: WorkloadRef): KnownWorkload {
    const key = workloadKey(ref);
    let known = this.#known.get(key);
    if (known === undefined) {
      const workload = this.#cluster.workload(ref);
      known = { peer: podsPeer(ref, workload), selectorProblem: workload?.selectorProblem };
      this.#known.set(key, known);
    }
    return known;
  }
}

function podsPeer(ref: WorkloadRef, workload: Workload | undefined): RulePeer | HeldBack {
  const name = `${ref.kind} ${ref.namespace}/${ref.name}`;
  if (workload === undefined)
    return { code: "peer-gone", reason: `${name} is not in the cluster any more, so nothing tells its labels` };
  if (workload.hostNetwork)
    return { code: "peer-unselectable", reason: `${name} is in the host network, where no selector finds it` };
  if (!isUsable(workload.selector))
    return { code: "peer-unselectable", reason: `${name}: ${workload.selectorProblem ?? "its pods have no labels"}` };
  const { namespace, kind } = ref;
  const selector = canonicalSelector(workload.selector);
  return { kind: "pods", namespace, selector, workloads: [{ namespace, kind, name: ref.name }] };
}

export function hostPeer(peer: Extract<Peer, { type: "host" }>): RulePeer | HeldBack {
  const block = blockPeer(peer.ip, [peer.name === undefined ? "a node" : `node ${peer.name}`]);
  return "code" in block ? block : { ...block, holder: "node" };
}

/** An outside address alone, or the network that was chosen for it. */
export function externalPeer(peer: ExternalPeer, choice: Partial<AddressChoice>): RulePeer | HeldBack {
  const notes = [...aliasOf(choice), ...(peer.names ?? [])];
  if (choice.cidr !== undefined) return chosenPeer(choice.cidr, notes);
  const block = blockPeer(peer.ip, notes);
  return "code" in block ? block : { ...block, ...knownAs(peer) };
}

/** A Service's name is no name that leads outside: a resolver would tell the Service's own address. */
function knownAs({ names = [], claimedNames = [] }: ExternalPeer): Pick<RuleBlock, "holder" | "names"> {
  if (names.includes("kubernetes.default.svc")) return { holder: "kube-apiserver" };
  const led = names.filter((name) => !claimedNames.includes(name) && !name.endsWith(".svc"));
  return led.length === 0 ? {} : { names: led };
}

/** Only for one that somebody who knows it has chosen to allow. */
export function unresolvedPeer(
  { ip }: Extract<Peer, { type: "unresolved" }>,
  choice: Partial<AddressChoice>,
): RulePeer | HeldBack {
  const notes = [...aliasOf(choice), `unresolved ${ip}, allowed all the same`];
  return choice.cidr === undefined ? blockPeer(ip, notes) : chosenPeer(choice.cidr, notes);
}

function chosenPeer(cidr: string, notes: readonly string[]): RuleBlock | HeldBack {
  const parsed = parseCidr(cidr);
  if (parsed === undefined) return { code: "unresolved", reason: `${cidr} is no network that a rule can name` };
  return { kind: "block", cidr: cidrText(parsed), notes };
}

function aliasOf({ alias }: Partial<AddressChoice>): readonly string[] {
  return alias === undefined ? [] : [alias];
}

function blockPeer(ip: string, notes: readonly string[]): RuleBlock | HeldBack {
  const address = parseAddress(ip);
  if (address === undefined) return { code: "unresolved", reason: `${ip} is no address that a rule can name` };
  return { kind: "block", cidr: cidrText(singleAddress(address)), notes };
}
