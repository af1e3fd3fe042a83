import type { Review, ReviewedEdge } from "../../policy/review/review-shape.ts";
import type { Edge } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import type { Sight } from "./sight.ts";

/** Takes out of a text what its reader may not know. */
export type Withhold = (text: string) => string;

export interface WithholdOptions {
  readonly sight: Sight;
  /** All that the cluster has; asked only of who does not see all, for it takes a look at every pod. */
  readonly namespaces: () => ReadonlySet<string>;
  /** Those whose edges the reader sees; they may be named. */
  readonly profiles: readonly Profile[];
}

/** `namespace/name`, as reviews write pods, policies and workloads; not the end of a longer path, address or group. */
const NAMED = /(?<![\w./:-])(?<namespace>[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\/(?<name>[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?)/gu;

/**
 * Of other namespaces a reader is told the workloads that his own talk to, because a policy needs them, but not their
 * pods and the policies there, which proofs name. They are sentences by then, so that it is by their words.
 */
export function withholder({ sight, namespaces, profiles }: WithholdOptions): Withhold {
  if (sight.isWhole) return (text) => text;
  const known = namespaces();
  const peers = new Set(profiles.flatMap((profile) => edgesOf(profile).flatMap(({ peer }) => nameOf(peer))));
  return (text) =>
    text.replaceAll(NAMED, (whole, namespace: string) =>
      !known.has(namespace) || sight.sees(namespace) || peers.has(whole) ? whole : `${namespace}/(not shown)`,
    );
}

function nameOf(peer: Edge["peer"]): readonly string[] {
  return peer.type === "workload" ? [`${peer.namespace}/${peer.name}`] : [];
}

/** Namespaces of those that a profile's workload talks to. */
export function peerNamespaces(profiles: readonly Profile[]): ReadonlySet<string> {
  const peers = profiles.flatMap((profile) => edgesOf(profile).map(({ peer }) => peer));
  return new Set(peers.flatMap((peer) => (peer.type === "workload" ? [peer.namespace] : [])));
}

function edgesOf({ ingress, egress, failed }: Profile): readonly Edge[] {
  return [...ingress, ...egress, ...failed];
}

/** The reason why a peer is unresolved may name who had its address. */
export function withholdProfile(profile: Profile, withhold: Withhold): Profile {
  const inEdge = (edge: Edge): Edge => ({ ...edge, peer: withholdPeer(edge.peer, withhold) });
  const [ingress, egress, failed] = [
    profile.ingress.map(inEdge),
    profile.egress.map(inEdge),
    profile.failed.map(inEdge),
  ];
  return { ...profile, ingress, egress, failed };
}

function withholdPeer<Peer extends Edge["peer"] | ReviewedEdge["peer"]>(peer: Peer, withhold: Withhold): Peer {
  return peer.type === "unresolved" ? { ...peer, reason: withhold(peer.reason) } : peer;
}

/** Every sentence of a review; what is of the workload's own namespace stays. */
export function withholdReview(review: Review, withhold: Withhold): Review {
  const { withheld, dialect, warnings, passed, leftOut } = review;
  const inEdge = (edge: ReviewedEdge): ReviewedEdge => ({ ...edge, peer: withholdPeer(edge.peer, withhold) });
  return {
    ...review,
    withheld: withheld === null ? null : { ...withheld, reason: withhold(withheld.reason) },
    ...(dialect !== undefined && { dialect: { ...dialect, notes: dialect.notes.map(withhold) } }),
    warnings: warnings.map((warning) => ({ ...warning, message: withhold(warning.message) })),
    passed: passed.map(({ edge, by }) => ({ edge: inEdge(edge), by: by.map(withhold) })),
    leftOut: leftOut.map(({ edge, code, reason, allowedAnyway }) => ({
      edge: inEdge(edge),
      code,
      reason: withhold(reason),
      allowedAnyway: allowedAnyway.map(withhold),
    })),
  };
}
