import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { Edge } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import type { LearnedRules } from "../learn/learn-rules.ts";
import type { PodPeers } from "../learn/peer-of-edge.ts";
import { peerOrder } from "../learn/rule-order.ts";
import { servicePeer, servicePorts } from "../learn/service-port-grants.ts";
import type { ServedPorts } from "../learn/served-ports.ts";
import type { GeneratorSettings } from "../resolve-options.ts";
import { isEveryAddress } from "../rule.ts";
import type { Warning } from "./review-shape.ts";
import { counted, warn } from "./wording.ts";

/** Of DaemonSets, which run on every node: by these names their projects install them. */
const PLUGINS: ReadonlyMap<string, Plugin> = new Map([
  ["cilium", "cilium"],
  ["calico-node", "calico"],
  ["aws-node", "aws"],
]);

export type Plugin = "cilium" | "calico" | "aws";

/** Port of the tunnel in which ztunnel carries all TCP of an ambient mesh (HBONE). */
const HBONE_PORT = 15_008;
const AMBIENT_LABEL = "istio.io/dataplane-mode";

export interface PluginGrounds {
  readonly cluster: ClusterState;
  readonly plugins: ReadonlySet<Plugin>;
  readonly settings: GeneratorSettings;
  readonly served: ServedPorts;
  readonly peers: PodPeers;
}

/** What whoever enforces policies in this cluster does otherwise, where its own pods tell who that is. */
export function pluginWarnings(profile: Profile, learned: LearnedRules, grounds: PluginGrounds): readonly Warning[] {
  const { cluster, plugins, settings } = grounds;
  return [
    ...(plugins.has("cilium") && settings.dialect !== "cilium" ? ciliumWarnings(learned) : []),
    ...(plugins.has("calico") && settings.dialect === "kubernetes" ? [calicoWarning()] : []),
    ...(plugins.has("aws") ? awsWarnings(profile, grounds) : []),
    ...ambientWarnings(profile, cluster, settings),
  ];
}

/** Who enforces policies there, as far as it can be seen. */
export function pluginsOf(cluster: ClusterState): ReadonlySet<Plugin> {
  const daemons = cluster.workloads().filter(({ kind }) => kind === "DaemonSet");
  return new Set(daemons.flatMap(({ name }) => PLUGINS.get(name) ?? []));
}

/** https://docs.cilium.io/en/stable/security/policy/language/#cidr-based */
function ciliumWarnings({ rules }: LearnedRules): readonly Warning[] {
  const blocks = rules.flatMap(({ peers }) => peers.filter((peer) => peer.kind === "block"));
  if (!blocks.some((block) => block.holder !== undefined || isEveryAddress(block))) return [];
  const message = "the cluster runs Cilium, where blocks match no nodes, no API server and no pods: dialect cilium can";
  return [warn("warning", "plugin-cilium", message)];
}

function calicoWarning(): Warning {
  const message = "the cluster runs Calico: its own policies of an order or tier before these may decide first";
  return warn("info", "plugin-calico", message);
}

/**
 * https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html: it judges before the Service is resolved, and
 * takes a rule to mean a Service's address only where it names the Service's own selector.
 */
function awsWarnings({ egress }: Profile, grounds: PluginGrounds): readonly Warning[] {
  const { settings } = grounds;
  if (settings.includeServicePorts || !settings.directions.includes("egress")) return [];
  if (settings.modes.egress !== "learned") return [];
  const missed = new Set(egress.flatMap((edge) => missedServices(edge, grounds)));
  if (missed.size === 0) return [];
  const how = "judges egress before a Service is resolved, by its own port and selector";
  const message = `the AWS VPC CNI ${how}, and these rules name the pods' (${[...missed].join("; ")}): includeServicePorts adds them`;
  return [warn("warning", "plugin-aws", message)];
}

function missedServices(edge: Edge, { served, peers }: PluginGrounds): readonly string[] {
  if (edge.peer.type !== "workload") return [];
  const known = peers.of(edge.peer);
  const named = "kind" in known ? peerOrder(known) : undefined;
  return servicePorts(edge, served).flatMap((one) => {
    const { namespace, name } = one.service.metadata;
    if (one.port !== edge.port) return [`${namespace}/${name} ${one.port}, not ${edge.port}`];
    return peerOrder(servicePeer(one, edge)) === named ? [] : [`${namespace}/${name}, by another selector`];
  });
}

/** https://istio.io/latest/docs/ambient/usage/networkpolicy/ */
function ambientWarnings(profile: Profile, cluster: ClusterState, settings: GeneratorSettings): readonly Warning[] {
  const { namespace } = profile.workload;
  if (cluster.namespaceLabels(namespace)[AMBIENT_LABEL] !== "ambient") return [];
  const closed = settings.directions.filter((direction) => settings.modes[direction] !== "allow-all");
  if (closed.length === 0) return [];
  const directions = counted(closed.length, "direction");
  const message = `an ambient mesh carries its TCP in a tunnel to port ${HBONE_PORT}, which must pass in ${directions} (${closed.join(", ")})`;
  return [warn("warning", "plugin-ambient", message)];
}
