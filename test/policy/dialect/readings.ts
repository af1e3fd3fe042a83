import { isEveryAddress, type RuleBlock } from "../../../src/policy/rule.ts";
import type { Difference, Reading, Situation } from "./agreement.ts";
import { type CalicoPolicy, calicoAllows } from "./calico-evaluator.ts";
import { type CiliumPolicy, type CiliumWorld, ciliumAllows } from "./cilium-evaluator.ts";
import { type ClusterPolicy, clusterAllows } from "./cluster-evaluator.ts";
import { CALICO_DEFINITION } from "./definitions/calico-definition.ts";
import { CILIUM_DEFINITION } from "./definitions/cilium-definition.ts";
import { CLUSTER_DEFINITION } from "./definitions/cluster-definition.ts";
import { addressOf, type Ground, nodeOf, podOf } from "./ground.ts";
import { ANSWERS, API_SERVER, LINK_LOCAL } from "./random-worlds.ts";
import { blocksFor, blocksHolding, isNamedByRule } from "./rule-reading.ts";

/** The dialects with all that their notes say they do otherwise: what is not listed here must not differ. */

const CILIUM_WORLD: CiliumWorld = {
  apiServers: [API_SERVER],
  answers: ANSWERS,
  linkLocal: "host",
  identities: "default",
};

function ciliumIn(world: CiliumWorld): Reading["meanings"][number] {
  return (document, ground, { resolver }) => ciliumAllows(document as CiliumPolicy, ground, { ...world, resolver });
}

const ciliumDifferences: readonly Difference[] = [
  {
    name: "a network holds neither pods nor nodes",
    note: /^a network holds neither pods nor nodes here/u,
    holds: ({ world, ground, proven }) =>
      proven &&
      isInCluster(ground) &&
      !isNamedByRule(world, ground) &&
      blocksHolding(world, ground).every((block) => block.holder !== "node"),
  },
  {
    name: "every address coming in is the entity all",
    note: /^every address coming in is the entity all: pods and nodes too, whichever family/u,
    holds: ({ world, ground, proven }) =>
      !proven && ground.direction === "ingress" && blocksFor(world, ground).some(isEveryAddress),
  },
  {
    name: "an entity means all of its kind",
    note: /^nodes and the API server are entities \(.*\): each means all of its kind$/u,
    holds: ({ world, ground, proven }) => !proven && blocksFor(world, ground).some((block) => isOfKind(block, ground)),
  },
  {
    name: "a name stands for more addresses",
    note: /^outside destinations go by name: whatever address DNS answers give for it/u,
    holds: ({ world, ground, proven }) =>
      !proven && ground.direction === "egress" && blocksFor(world, ground).some((block) => isAnswered(block, ground)),
  },
  {
    name: "a name stands for that address no longer",
    note: /^outside destinations go by name: .* and none before these pods asked/u,
    holds: ({ world, ground, proven }) =>
      proven &&
      ground.direction === "egress" &&
      !isNamedByRule(world, ground) &&
      blocksHolding(world, ground).every((block) => block.names !== undefined && !isAnswered(block, ground)),
  },
];

/** Labels that make no identities explain what is right once all labels do. */
const byLabels: Difference = {
  name: "some labels make no identities",
  note: /^Cilium tells no pods apart by k8s\.io\/part unless its own settings add that label$/u,
  holds: (situation) => {
    const { world, written, ground, proven } = situation;
    const said = ciliumIn({ ...CILIUM_WORLD, identities: "all labels" })(written.document!, ground, world);
    return said === proven || ciliumDifferences.some(({ holds }) => holds({ ...situation, said }));
  },
};

/** A link-local address is the node's that the pod runs on. */
function isInCluster(ground: Ground): boolean {
  return podOf(ground) !== undefined || nodeOf(ground) !== undefined || addressOf(ground) === LINK_LOCAL;
}

function isOfKind({ holder, cidr }: RuleBlock, ground: Ground): boolean {
  if (holder === "kube-apiserver") return addressOf(ground) === API_SERVER;
  const node = nodeOf(ground);
  const isHost = addressOf(ground) === LINK_LOCAL || (node !== undefined && node === ground.subject.node);
  if (cidr.startsWith("169.254.")) return isHost;
  return holder === "node" && (isHost || node !== undefined);
}

function isAnswered({ names = [], holder }: RuleBlock, ground: Ground): boolean {
  const isOutside = holder === undefined && !isInCluster(ground);
  return isOutside && names.some((name) => ANSWERS.get(name)?.includes(addressOf(ground) ?? ""));
}

const clusterDifferences: readonly Difference[] = [
  {
    name: "who comes from outside or from a node is let in",
    note: /^addresses can't be named in ingress: whoever comes from outside or from a node is let in, on every port$/u,
    holds: ({ ground, said }) => said && ground.direction === "ingress" && podOf(ground) === undefined,
  },
  {
    name: "every address coming in is every pod",
    note: /^every address coming in is every pod, whichever family it speaks$/u,
    holds: ({ world, ground, said }) =>
      said && ground.direction === "ingress" && blocksFor(world, ground).some(isEveryAddress),
  },
  {
    name: "a network coming in lets in no pod",
    note: /^a network coming in is left out, and lets in no pod whose address lies in it$/u,
    holds: ({ world, ground, said }: Situation) =>
      !said && ground.direction === "ingress" && podOf(ground) !== undefined && !isNamedByRule(world, ground),
  },
];

export const CILIUM: Reading = {
  meanings: [ciliumIn(CILIUM_WORLD), ciliumIn({ ...CILIUM_WORLD, linkLocal: "world", identities: "all labels" })],
  differences: [...ciliumDifferences, byLabels],
  definition: CILIUM_DEFINITION,
};

export const CALICO: Reading = {
  meanings: [
    (document, ground, { namespaceLabels }) => calicoAllows(document as CalicoPolicy, ground, namespaceLabels),
  ],
  differences: [],
  definition: CALICO_DEFINITION,
};

export const CLUSTER: Reading = {
  meanings: [
    (document, ground, { namespaceLabels }) =>
      clusterAllows([document as ClusterPolicy], ground, { namespaceLabels, networkPolicies: undefined }),
  ],
  differences: clusterDifferences,
  definition: CLUSTER_DEFINITION,
};
