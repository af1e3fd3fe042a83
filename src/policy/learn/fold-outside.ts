import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { type Cidr, cidrText, holdsAddress, parseAddress } from "../cidr.ts";
import type { GeneratorSettings } from "../resolve-options.ts";
import type { Grant } from "../rule.ts";
import { choiceOf } from "./choice.ts";
import { AddressSet } from "./address-set.ts";
import type { ClusterAddresses } from "./cluster-addresses.ts";
import { foldNetworks } from "./fold-networks.ts";
import { portOrder } from "./rule-order.ts";

export interface GrantedEdge {
  readonly edge: Edge;
  readonly grants: readonly Grant[];
}

/** What networks are kept clear of: the cluster's own addresses, and what the profile saw and these rules don't let through. */
export interface FoldGrounds {
  readonly profile: Profile;
  readonly settings: GeneratorSettings;
  readonly addresses: ClusterAddresses;
}

/**
 * Where the options ask for networks, outside addresses of one direction and port become the networks around them.
 * An address that was seen on another port, that is held back or that only failed is somebody else's here: folding
 * over it would let through what nobody judged.
 */
export function foldOutside(granted: readonly GrantedEdge[], grounds: FoldGrounds): readonly Grant[] {
  const { external } = grounds.settings;
  if (external.mode !== "aggregate") return granted.flatMap(({ grants }) => grants);
  const seen = new AddressSet(addressesOf(grounds.profile));
  const all = granted.flatMap(({ edge, grants }) =>
    grants.map((grant) => ({ grant, ip: isFoldable(edge, grant, grounds) ? ipOf(edge) : undefined })),
  );
  const groups = Map.groupBy(all, ({ grant, ip }) =>
    ip === undefined ? "" : `${grant.direction} ${portOrder(grant.port)}`,
  );
  return [...groups].flatMap(([group, entries]) => {
    if (group === "") return entries.map(({ grant }) => grant);
    const own = entries.flatMap(({ ip }) => parseAddress(ip ?? "") ?? []);
    const avoided = [grounds.addresses.all, seen];
    const { leastAddresses, prefixLength } = external;
    const networks = foldNetworks(own, { leastAddresses, prefixLength, avoided });
    return entries.map(({ grant, ip }) => within(networks, grant, ip!));
  });
}

/** Rules for a resolver, for everybody and by somebody's own choice say what they mean already. */
function isFoldable(edge: Edge, { origin }: Grant, { settings }: FoldGrounds): boolean {
  return edge.peer.type === "external" && origin === "learned" && choiceOf(edge, settings).cidr === undefined;
}

function within(networks: readonly Cidr[], grant: Grant, ip: string): Grant {
  const address = parseAddress(ip);
  const network = networks.find((cidr) => address !== undefined && holdsAddress(cidr, address));
  if (grant.peer.kind !== "block" || network === undefined) return grant;
  return { ...grant, peer: { ...grant.peer, cidr: cidrText(network) } };
}

function ipOf({ peer }: Edge): string | undefined {
  return peer.type === "workload" ? undefined : peer.ip;
}

function addressesOf({ ingress, egress, failed }: Profile): readonly string[] {
  const edges = new Map([...ingress, ...egress, ...failed].map((edge) => [edgeKey(edge), edge]));
  return [...edges.values()].flatMap((edge) => ipOf(edge) ?? []);
}
