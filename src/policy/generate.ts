import type { ClusterState } from "../cluster/cluster-state.ts";
import { type LabelSelector, type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import { edgeKey } from "../profile/edge.ts";
import type { Profile } from "../profile/profile.ts";
import type { PolicyDocument } from "./dialect/written.ts";
import { compilePolicies } from "./evaluate/evaluate.ts";
import { DeclaredPorts } from "./learn/declared-ports.ts";
import { type Draft, draftPolicy, ownSelector } from "./learn/draft.ts";
import { sortedBy } from "./learn/rule-order.ts";
import { lookAround, type Surroundings } from "./learn/surroundings.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import { Representatives } from "./review/representatives.ts";
import type { GeneratorSettings } from "./resolve-options.ts";
import { pluginsOf } from "./review/plugin-warnings.ts";
import { unmatchedOptions } from "./review/unmatched-options.ts";
import { type Scene, reviewDraft } from "./review/review.ts";
import type { Review } from "./review/review-shape.ts";
import type { Rule } from "./rule.ts";
import { compareText } from "./selector.ts";

/**
 * policy/ turns profiles into NetworkPolicies and proves them. In: profiles, the cluster and the caller's options,
 * all in memory. Out: for each workload a policy, or the reason why there is none, and its review.
 */
export interface Generated {
  readonly workload: WorkloadRef;
  /** What was proven. */
  readonly policy: NetworkPolicy | null;
  /** What was asked for: the policy, or the same rules in another dialect. */
  readonly document: PolicyDocument | null;
  readonly review: Review;
  /** In the order in which the policy has them, each direction apart. */
  readonly rules: readonly Rule[];
}

/** Cluster services keep clusters alive, and are not what a namespace's owner asks about. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(["kube-system", "kube-public", "kube-node-lease", "weir"]);

/** Settings for all workloads alike, or for each its own: what was decided of it differs. */
export type SettingsForAll = GeneratorSettings | ((workload: WorkloadRef) => GeneratorSettings);

/** For one workload, whatever its namespace. */
export function generatePolicy(profile: Profile, cluster: ClusterState, settings: GeneratorSettings): Generated {
  return generateTogether([profile], cluster, settings)[0]!;
}

/**
 * For many, in the order of their names, and reviewed as they will be once all of them are applied. Workloads of
 * system namespaces and weir's own are left out unless the settings include them.
 */
export function generatePolicies(
  profiles: readonly Profile[],
  cluster: ClusterState,
  settings: SettingsForAll,
): Generated[] {
  const wanted = profiles.filter(
    ({ workload }) =>
      settingsFor(workload, settings).includeSystemNamespaces || !SYSTEM_NAMESPACES.has(workload.namespace),
  );
  return generateTogether(wanted, cluster, settings).sort((a, b) =>
    compareText(workloadKey(a.workload), workloadKey(b.workload)),
  );
}

function generateTogether(profiles: readonly Profile[], cluster: ClusterState, settings: SettingsForAll): Generated[] {
  if (profiles.length === 0) return [];
  // What the caller names is the same for all; the rest is each workload's own.
  const surroundings = lookAround(cluster, settingsFor(profiles[0]!.workload, settings));
  const drafts = profiles.map((profile) =>
    draftPolicy(inOrder(profile), { ...surroundings, settings: settingsFor(profile.workload, settings) }),
  );
  const scene = setScene(drafts, surroundings);
  const unmatched = unmatchedOptions(profiles, surroundings.settings);
  return drafts.map((draft) => ({
    workload: draft.profile.workload,
    policy: draft.policy,
    document: draft.written?.document ?? null,
    review: reviewDraft(draft, scene, unmatched),
    rules: draft.policy === null ? [] : draft.learned.rules,
  }));
}

function settingsFor(workload: WorkloadRef, settings: SettingsForAll): GeneratorSettings {
  return typeof settings === "function" ? settings(workload) : settings;
}

/** Edges come as they were merged, and nothing that is written may depend on that. */
function inOrder(profile: Profile): Profile {
  return { ...profile, ingress: sortedBy(profile.ingress, edgeKey), egress: sortedBy(profile.egress, edgeKey) };
}

function setScene(drafts: readonly Draft[], { cluster, served, peers }: Surroundings): Scene {
  const policies = drafts.flatMap(({ policy }) => policy ?? []);
  // A policy of another kind replaces none, whatever its name.
  const replacing = drafts.filter(({ settings }) => settings.dialect === "kubernetes");
  const names = new Set(replacing.flatMap(({ policy }) => policy ?? []).map(nameOf));
  const existing = cluster.networkPolicies();
  const standing = existing.filter((policy) => !names.has(nameOf(policy)));
  const replaced = new Map(
    existing.filter((policy) => names.has(nameOf(policy))).map((policy) => [nameOf(policy), policy]),
  );
  const representatives = new Representatives(cluster, selectorsOf(drafts, cluster));
  const together = compilePolicies([...standing, ...policies], cluster);
  const byNamespace = Map.groupBy(standing, ({ metadata }) => metadata.namespace);
  const plugins = pluginsOf(cluster);
  const declared = new DeclaredPorts(cluster, served);
  return { cluster, plugins, served, declared, peers, representatives, standing: byNamespace, replaced, together };
}

function selectorsOf(drafts: readonly Draft[], cluster: ClusterState): ReadonlyMap<string, LabelSelector> {
  const selectors = new Map<string, LabelSelector>();
  for (const { profile } of drafts) {
    const selector = ownSelector(profile, cluster);
    if (selector !== undefined) selectors.set(workloadKey(profile.workload), selector);
  }
  return selectors;
}

function nameOf({ metadata }: { readonly metadata: { readonly namespace: string; readonly name: string } }): string {
  return `${metadata.namespace}/${metadata.name}`;
}
