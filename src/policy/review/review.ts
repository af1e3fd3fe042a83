import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { NetworkPolicyObject } from "../../cluster/objects.ts";
import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Draft } from "../learn/draft.ts";
import { type CompiledPolicies, compilePolicies } from "../evaluate/evaluate.ts";
import { besideIt, replacedPolicy, undoOf } from "./existing.ts";
import { decisionEffects, decisionWarnings } from "./decision-effects.ts";
import type { DeclaredPorts } from "../learn/declared-ports.ts";
import { edgesOf } from "../learn/learn-rules.ts";
import type { PodPeers } from "../learn/peer-of-edge.ts";
import { sortedBy } from "../learn/rule-order.ts";
import type { ServedPorts } from "../learn/served-ports.ts";
import { existingWarnings } from "./existing-warnings.ts";
import { oddEdgeWarnings } from "./odd-edges.ts";
import { outsideWarnings } from "./outside-warnings.ts";
import { type Plugin, pluginWarnings } from "./plugin-warnings.ts";
import { policyWarnings } from "./policy-warnings.ts";
import { profileWarnings } from "./profile-warnings.ts";
import { type Court, proveEdge } from "./proof.ts";
import type { Representatives } from "./representatives.ts";
import type { LeftOutEdge, PassedEdge, Review, Warning } from "./review-shape.ts";
import { reviewRules } from "./reviewed-rules.ts";

/** What drafts are reviewed against. */
export interface Scene {
  readonly cluster: ClusterState;
  readonly plugins: ReadonlySet<Plugin>;
  readonly served: ServedPorts;
  readonly declared: DeclaredPorts;
  readonly peers: PodPeers;
  readonly representatives: Representatives;
  /** The cluster's policies but for those that a draft replaces, by namespace. */
  readonly standing: ReadonlyMap<string, readonly NetworkPolicyObject[]>;
  /** Those that a draft replaces, by `namespace/name`. */
  readonly replaced: ReadonlyMap<string, NetworkPolicyObject>;
  /** All that will stand once the drafts are applied. */
  readonly together: CompiledPolicies;
}

/** Proves a draft edge by edge, and says what its reader must know before applying it; `more` is said first. */
export function reviewDraft(draft: Draft, scene: Scene, more: readonly Warning[]): Review {
  const { profile, settings, learned, policy, written, withheld } = draft;
  const { cluster, declared, representatives, together } = scene;
  const alone = policy === null ? compilePolicies([], cluster) : together.alone(policy);
  const court: Court = { profile, heldBack: learned.heldBack, representatives, alone, together };
  const edges = forReading(edgesOf(profile));
  const { passed, leftOut, needed } = proveEdges(edges, court);
  const { workload, nodes, observed, learned: howLearned } = profile;
  const context = policy === null ? NOTHING_BESIDE : lookBeside(policy, draft, scene);
  const decisions = decisionEffects(profile, settings);
  const warnings = [
    ...more,
    ...decisionWarnings(decisions),
    ...profileWarnings(profile, cluster),
    ...outsideWarnings(profile, passed, leftOut),
    ...(policy === null ? [] : oddEdgeWarnings(profile, passed, declared)),
    ...existingWarnings(context.existing, context.replaces, leftOut),
    ...(policy === null ? [] : policyWarnings(profile, learned, { ...scene, settings })),
    ...(policy === null ? [] : pluginWarnings(profile, learned, { ...scene, settings })),
  ];
  return {
    workload,
    policy: policy === null ? null : `${policy.metadata.namespace}/${policy.metadata.name}`,
    withheld,
    nodes,
    observed,
    learned: howLearned,
    ...(written !== null &&
      settings.dialect !== "kubernetes" && { dialect: { name: settings.dialect, notes: [...written.notes] } }),
    ...(decisions.length > 0 && { decisions }),
    warnings: warnings.toSorted(bySeverity),
    passed,
    leftOut,
    rules: policy === null ? [] : reviewRules(policy, learned.rules, needed),
    ...context,
  };
}

interface Proven {
  readonly passed: PassedEdge[];
  readonly leftOut: LeftOutEdge[];
  /** Rules that an edge needs, by name. */
  readonly needed: Set<string>;
}

function proveEdges(edges: readonly Edge[], court: Court): Proven {
  const proven: Proven = { passed: [], leftOut: [], needed: new Set() };
  for (const edge of edges) {
    const proof = proveEdge(edge, court);
    if (proof.kind === "passed") proven.passed.push(proof.entry);
    else proven.leftOut.push(proof.entry);
    for (const rule of proof.needs) proven.needed.add(rule);
  }
  return proven;
}

type Beside = Pick<Review, "existing" | "replaces" | "undo">;

const NOTHING_BESIDE: Beside = { existing: [], replaces: null, undo: null };

function lookBeside(policy: NonNullable<Draft["policy"]>, { profile, written }: Draft, scene: Scene): Beside {
  const { name, namespace } = policy.metadata;
  const replaced = scene.replaced.get(`${namespace}/${name}`);
  return {
    existing: [...besideIt(policy, scene.standing.get(namespace) ?? [], scene.representatives.of(profile.workload))],
    replaces: replacedPolicy(policy, replaced),
    undo: undoOf(written?.document ?? policy, replaced),
  };
}

/** Destinations outside first, the newest of them before all: what came in by an attack stands on top. */
function forReading(edges: readonly Edge[]): readonly Edge[] {
  const byKey = sortedBy(edges, edgeKey);
  const outside = byKey.filter(isDestinationOutside);
  return [
    ...outside.toSorted((a, b) => Date.parse(b.firstSeen) - Date.parse(a.firstSeen)),
    ...byKey.filter((edge) => !isDestinationOutside(edge)),
  ];
}

function isDestinationOutside({ direction, peer }: Edge): boolean {
  return direction === "egress" && peer.type === "external";
}

const SEVERITIES: readonly Warning["severity"][] = ["critical", "warning", "info"];

/** Within one severity they stay in the order in which they were found: a partial view is the first thing said. */
function bySeverity(a: Warning, b: Warning): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}
