import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { Profile } from "../../profile/profile.ts";
import type { LearnedRules } from "../learn/learn-rules.ts";
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
}

/** What whoever enforces policies in this cluster does otherwise, where its own pods tell who that is. */
export function pluginWarnings(
  profile: Profile,
  learned: LearnedRules,
  { cluster, plugins, settings, served }: PluginGrounds,
): readonly Warning[] {
  return [
    ...(plugins.has("cilium") && settings.dialect !== "cilium" ? ciliumWarnings(learned) : []),
    ...(plugins.has("calico") && settings.dialect === "kubernetes" ? [calicoWarning()] : []),
    ...(plugins.has("aws") ? awsWarnings(profile, served) : []),
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

/** https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html: it judges before the Service is resolved. */
function awsWarnings({ egress }: Profile, served: ServedPorts): readonly Warning[] {
  const differing = egress.flatMap(({ peer, port, protocol }) => {
    if (peer.type !== "workload") return [];
    return served
      .of(peer)
      .filter((each) => each.target === port && each.protocol === protocol && each.port !== port)
      .map(({ service: { metadata }, port: asked }) => `${metadata.namespace}/${metadata.name} ${asked}, not ${port}`);
  });
  if (differing.length === 0) return [];
  const which = [...new Set(differing)].join("; ");
  const message = `the AWS VPC CNI judges egress by a Service's own port, and these rules name the pods' (${which})`;
  return [warn("warning", "plugin-aws", message)];
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
