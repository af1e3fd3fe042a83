import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { foldOutside } from "./fold-outside.ts";
import { groupGrants } from "./group-grants.ts";
import type { HeldBack } from "./held-back.ts";
import { judgeEdge } from "./judge-edge.ts";
import { optionGrants } from "./option-grants.ts";
import { type Published, publishedPorts } from "./published-ports.ts";
import { resolverEdges, servedDns } from "./resolvers.ts";
import type { Grant, Rule } from "../rule.ts";
import { peerOrder, portOrder } from "./rule-order.ts";
import { servicePortGrants } from "./service-port-grants.ts";
import type { Surroundings } from "./surroundings.ts";

export interface LearnedRules {
  readonly rules: readonly Rule[];
  /** By `edgeKey`: edges that no rule was made for though they may need one. An option may let them through. */
  readonly heldBack: ReadonlyMap<string, HeldBack>;
  /** `edgeKey` of the edges by which resolvers are asked. */
  readonly resolvers: ReadonlySet<string>;
  /** `TCP/8080` -> the Service that publishes this port outside of the cluster. */
  readonly published: ReadonlyMap<string, Published>;
  /** `UDP/53`, ...: its own ports that a Service offers as DNS. */
  readonly servedDns: ReadonlySet<string>;
}

/** In: what a workload did and what the caller wants. Out: what to let through, and what not and why. */
export function learnRules(profile: Profile, surroundings: Surroundings): LearnedRules {
  const { settings, addresses, served } = surroundings;
  const resolvers = resolverEdges(profile, served);
  const published = publishedPorts(served.of(profile.workload));
  const ownDns = servedDns(profile, served);
  const grounds = { ...surroundings, profile, resolvers, published, servedDns: ownDns };
  const judged = edgesOf(profile).map((edge) => ({ edge, judgement: judgeEdge(edge, grounds) }));
  const granted = judged.flatMap(({ edge, judgement }) =>
    judgement.kind === "granted" ? [{ edge, grants: judgement.grants }] : [],
  );
  const learned = foldOutside(granted, { profile, settings, addresses });
  const heldBack = new Map<string, HeldBack>();
  for (const { edge, judgement } of judged) if (judgement.kind === "held back") heldBack.set(edgeKey(edge), judgement);
  const ofServices = settings.includeServicePorts
    ? granted.flatMap(({ edge }) => servicePortGrants(edge, served).filter((grant) => isMore(grant, learned)))
    : [];
  const grants = [...learned, ...ofServices, ...optionGrants(settings)];
  const rules = groupGrants(grants, profile.workload.namespace, settings.maxPorts);
  return { rules, heldBack, resolvers, published, servedDns: ownDns };
}

/** What is learned anyway stays so. */
function isMore({ direction, peer, port }: Grant, learned: readonly Grant[]): boolean {
  return !learned.some(
    (own) =>
      own.direction === direction && portOrder(own.port) === portOrder(port) && peerOrder(own.peer) === peerOrder(peer),
  );
}

/** What it was seen to do; failed attempts are no edges. */
export function edgesOf({ ingress, egress }: Profile): readonly Edge[] {
  return [...ingress, ...egress];
}
