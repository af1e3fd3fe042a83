import type { Lab } from "../lab/lab.ts";
import type { LabPod } from "../lab/plan.ts";
import { nodeNetwork } from "../lab/wiring.ts";
import type { EnforcedPod } from "./enforced-pod.ts";
import { readPolicies } from "./network-policy.ts";
import { ruleset } from "./ruleset.ts";

/** Holds the lab to these policies, and to no earlier ones; connections that are open stay so. Throws where nft refuses. */
export async function enforce(lab: Lab, yaml: string): Promise<void> {
  const text = ruleset(readPolicies(yaml), lab.layout.pods.map(enforcedPod));
  const { code, stderr } = await lab.exec(nodeNetwork, ["nft", "-f", "-"], text);
  if (code !== 0) throw new Error(`nft refuses the ruleset: ${stderr.trim()}`);
}

/** A namespace has the one label that every API server gives it. */
export function enforcedPod({ workload, ...pod }: LabPod): EnforcedPod {
  const { name, namespace, labels, addresses } = pod;
  const namespaceLabels = { "kubernetes.io/metadata.name": namespace };
  return { name, namespace, namespaceLabels, labels, addresses, ports: workload.ports, interface: pod.interface };
}
