import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { LabelSelector } from "../../cluster/workload.ts";
import type { Profile } from "../../profile/profile.ts";
import { writePolicy } from "../dialect/dialect.ts";
import type { Written } from "../dialect/written.ts";
import { edgesOf, type LearnedRules, learnRules } from "./learn-rules.ts";
import { subdomainFault } from "../names.ts";
import { type NetworkPolicy, toNetworkPolicy } from "../network-policy.ts";
import { policyLabels } from "./policy-name.ts";
import type { GeneratorSettings } from "../resolve-options.ts";
import { isUsable } from "../selector.ts";
import type { Surroundings } from "./surroundings.ts";

/** A policy not yet proven, or why there is none. */
export interface Draft {
  readonly profile: Profile;
  readonly settings: GeneratorSettings;
  readonly learned: LearnedRules;
  /** What is proven. */
  readonly policy: NetworkPolicy | null;
  /** The same in the dialect that was asked for. */
  readonly written: Written | null;
  readonly withheld: Withheld | null;
}

export interface Withheld {
  readonly code: "host-network" | "no-selector" | "nothing-observed" | "bad-name";
  readonly reason: string;
}

export function draftPolicy(profile: Profile, surroundings: Surroundings): Draft {
  const { cluster, settings, names } = surroundings;
  const learned = learnRules(profile, surroundings);
  const podSelector = ownSelector(profile, cluster);
  const name = names.of(profile.workload);
  const withheld = whyNone(profile, cluster, settings) ?? badName(name);
  if (withheld !== undefined || podSelector === undefined)
    return {
      profile,
      settings,
      learned,
      policy: null,
      written: null,
      withheld: withheld ?? noSelector(profile, cluster),
    };
  const { namespace } = profile.workload;
  const { directions } = settings;
  const head = { name, namespace, labels: policyLabels(settings), podSelector, directions };
  const policy = toNetworkPolicy(head, learned.rules);
  const written = writePolicy(settings.dialect, { head, rules: learned.rules, policy });
  return { profile, settings, learned, policy, written, withheld: null };
}

/** The selector that the policy takes its pods by; undefined where none is safe. */
export function ownSelector({ selector, workload }: Profile, cluster: ClusterState): LabelSelector | undefined {
  const known = selector ?? cluster.workload(workload)?.selector;
  return isUsable(known) ? known : undefined;
}

function whyNone(profile: Profile, cluster: ClusterState, settings: GeneratorSettings): Withheld | undefined {
  if (cluster.workload(profile.workload)?.hostNetwork === true)
    return { code: "host-network", reason: "its pods are in the host network, where no NetworkPolicy applies" };
  // Learning from nothing would refuse everything: that is a decision, and has a mode of its own.
  const isLearning = settings.directions.some((direction) => settings.modes[direction] === "learned");
  if (isLearning && edgesOf(profile).length === 0) return { code: "nothing-observed", reason: "nothing observed" };
  return undefined;
}

function badName(name: string): Withheld | undefined {
  const fault = subdomainFault(name);
  return fault === undefined ? undefined : { code: "bad-name", reason: `${name} cannot name a policy: ${fault}` };
}

/** An empty podSelector would take the whole namespace. */
function noSelector({ workload }: Profile, cluster: ClusterState): Withheld {
  const problem = cluster.workload(workload)?.selectorProblem ?? "no labels tell its pods from others";
  return { code: "no-selector", reason: problem };
}
