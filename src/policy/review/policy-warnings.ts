import { addressNumber } from "../../cluster/address/address.ts";
import { addressScope } from "../../cluster/address/address-scope.ts";
import { edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { edgesOf, type LearnedRules } from "../learn/learn-rules.ts";
import type { PodPeers } from "../learn/peer-of-edge.ts";
import { countPorts } from "../learn/port-ranges.ts";
import { serverOf } from "../learn/judge-edge.ts";
import { portKey, type ServedPorts } from "../learn/served-ports.ts";
import type { Surroundings } from "../learn/surroundings.ts";
import type { GeneratorSettings } from "../resolve-options.ts";
import type { Warning } from "./review-shape.ts";
import { isEveryAddress, type Rule, type RulePeer } from "../rule.ts";
import { counted, warn } from "./wording.ts";

/** What the rules of a policy let through or stop that its reader may not expect. */
export function policyWarnings(
  profile: Profile,
  learned: LearnedRules,
  { peers, served, settings }: Pick<Surroundings, "peers" | "served" | "settings">,
): readonly Warning[] {
  return [
    ...dnsWarnings(profile, learned, settings),
    ...emptyDirections(profile, learned, settings),
    ...dnsServerWarnings(learned, settings),
    ...publishedPortWarnings(profile, learned),
    ...nodeWarnings(learned),
    ...peerSelectorWarnings(learned, peers),
    ...learned.rules.flatMap((rule) => widenedPorts(rule, profile) ?? []),
    ...foldedNetworks(learned, settings),
    ...namedPorts(profile, learned, served),
  ];
}

function dnsWarnings(profile: Profile, { resolvers }: LearnedRules, settings: GeneratorSettings): readonly Warning[] {
  const mode = settings.modes.egress;
  if (!settings.directions.includes("egress") || mode === "allow-all") return [];
  if (mode === "deny-all") return [warn("info", "no-dns", "all egress is refused, DNS included")];
  const asked = profile.egress.filter((edge) => resolvers.has(edgeKey(edge)));
  if (profile.egress.length === 0) return []; // that no egress was seen is said anyway
  if (asked.length === 0) return [warn("warning", "no-dns", "no DNS lookup was seen, so none is let through")];
  if (!asked.some(({ peer }) => peer.type === "external")) return [];
  const message = "its only resolvers are outside of the cluster, where DNS can carry anything to anyone";
  return [warn("warning", "dns-outside", message)];
}

/** Nothing seen in a learned direction closes it, which is right if it is meant. */
function emptyDirections(profile: Profile, { rules }: LearnedRules, settings: GeneratorSettings): readonly Warning[] {
  return settings.directions
    .filter((direction) => settings.modes[direction] === "learned")
    .filter((direction) => !rules.some((rule) => rule.direction === direction))
    .map((direction) => {
      const isSeen = profile[direction].length > 0;
      const what = isSeen ? `none of the ${direction} seen gave a rule` : `no ${direction} was seen`;
      const rest = direction === "ingress" ? ", but for its own node's," : "";
      return warn("warning", `no-${direction}`, `${what}: all of it${rest} is refused`);
    });
}

/** Whoever was not seen to ask would lose all names at once. */
function dnsServerWarnings({ servedDns }: LearnedRules, settings: GeneratorSettings): readonly Warning[] {
  if (servedDns.size === 0 || !settings.directions.includes("ingress")) return [];
  if (settings.modes.ingress === "allow-all") return [];
  const message = "it serves DNS: pods that were not seen to ask it lose all names; ingress allow-all spares them";
  return [warn("critical", "serves-dns", message)];
}

/** Clients of a NodePort or LoadBalancer: either everybody may come, or perhaps not even those who did. */
function publishedPortWarnings({ ingress }: Profile, { published, rules }: LearnedRules): readonly Warning[] {
  const fromOutside = ingress.filter(({ peer }) => peer.type === "host" || peer.type === "external");
  const seen = new Set(fromOutside.map(({ protocol, port }) => portKey(protocol, port)));
  return [...published]
    .filter(([port]) => seen.has(port))
    .map(([port, { service }]) => {
      if (rules.some((rule) => isOpenToAll(rule, port))) {
        const message = `${port} is open to every address, pods of all namespaces included: ${service} publishes it, and nodes rewrite its clients' addresses`;
        return warn("warning", "open-to-all", message);
      }
      const message = `on ${port} only the addresses seen may come; where nodes rewrite those of ${service}'s clients, they are refused`;
      return warn("warning", "clients-behind-nodes", message);
    });
}

function isOpenToAll({ direction, peers, ports }: Rule, port: string): boolean {
  const isToAll = peers.some((peer) => peer.kind === "block" && isEveryAddress(peer));
  return direction === "ingress" && isToAll && ports.some((own) => portKey(own.protocol, own.port) === port);
}

function nodeWarnings({ rules }: LearnedRules): readonly Warning[] {
  const blocks = rules.flatMap(({ peers }) => peers.filter((peer) => peer.kind === "block"));
  const [local, others] = [blocks.filter(isLinkLocal), blocks.filter((block) => !isLinkLocal(block))];
  const names = new Set(others.flatMap(({ notes }) => notes.filter((note) => /^(a )?node\b/.test(note))));
  // Who connects from a node today may do so from another tomorrow.
  const isClient = rules.some(({ direction, peers }) => direction === "ingress" && peers.some(isNodeBlock));
  const severity = isClient ? "warning" : "info";
  const change = "which change with the nodes; under Cilium an ipBlock does not match nodes";
  const credentials = "a resolver, or metadata that may hold credentials";
  return [
    ...(names.size === 0
      ? []
      : [warn(severity, "node-addresses", `it names addresses of ${[...names].join(", ")}, ${change}`)]),
    ...local.map(({ cidr }) => warn("info", "link-local", `${cidr} is on the node or in its cloud: ${credentials}`)),
  ];
}

function isNodeBlock(peer: RulePeer): boolean {
  return peer.kind === "block" && peer.holder === "node";
}

function isLinkLocal({ cidr }: { readonly cidr: string }): boolean {
  return addressScope(addressNumber(cidr.replace(/\/.*/, ""))) === "link-local";
}

/** A peer's selector may take in more than the peer. */
function peerSelectorWarnings({ rules }: LearnedRules, peers: PodPeers): readonly Warning[] {
  const named = rules.flatMap(({ peers: own }) => own.flatMap((peer) => (peer.kind === "pods" ? peer.workloads : [])));
  const single = new Map(named.map((ref) => [`${ref.kind} ${ref.namespace}/${ref.name}`, ref]));
  return [...single.entries()].flatMap(([name, ref]) => {
    const problem = peers.selectorProblemOf(ref);
    return problem === undefined
      ? []
      : [warn("warning", "peer-selector-problem", `the selector of its peer ${name}: ${problem}`)];
  });
}

function widenedPorts({ ports, edges, direction, peers, origin }: Rule, profile: Profile): Warning | undefined {
  if (origin !== "learned" || !ports.some(({ endPort }) => endPort !== undefined)) return undefined;
  const keys = new Set(edges);
  const made = edgesOf(profile).filter((edge) => keys.has(edgeKey(edge)));
  const unseen = countPorts(ports) - new Set(made.map(({ protocol, port }) => portKey(protocol, port))).size;
  if (unseen <= 0) return undefined;
  const message = `${counted(unseen, "port")} never seen in the ${direction} ranges of ${counted(peers.length, "peer")}`;
  return warn("warning", "ports-widened", message);
}

/** A network made of addresses lets through the others in it as well. */
function foldedNetworks({ rules }: LearnedRules, { external }: GeneratorSettings): readonly Warning[] {
  if (external.mode !== "aggregate") return [];
  const learned = rules.filter(({ origin }) => origin === "learned");
  const blocks = learned.flatMap(({ peers }) => peers.flatMap((peer) => (peer.kind === "block" ? peer.cidr : [])));
  const networks = [...new Set(blocks)].filter((cidr) => !/\/(32|128)$/.test(cidr));
  if (networks.length === 0) return [];
  const message = `${networks.join(", ")}: seen of it were some addresses only, and all of it passes`;
  return [warn("warning", "networks-widened", message)];
}

/** A port by its name passes with all numbers of it, whichever of them was seen. */
function namedPorts(profile: Profile, { heldBack }: LearnedRules, served: ServedPorts): readonly Warning[] {
  const texts = edgesOf(profile).flatMap((edge) => {
    const server = serverOf(edge, profile);
    if (server === undefined || heldBack.has(edgeKey(edge))) return [];
    const numbers = served.namesakes(server, edge).toSorted((a, b) => a - b);
    return numbers.length === 1
      ? []
      : [`${edge.protocol} ${numbers.join(" and ")} of ${server.namespace}/${server.name}`];
  });
  return [...new Set(texts)].map((text) =>
    warn(
      "info",
      "named-port",
      `${text} pass alike: a Service calls them by one name, which pods give to different numbers`,
    ),
  );
}
