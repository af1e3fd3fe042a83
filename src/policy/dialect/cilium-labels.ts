import type { LabelSelector } from "../../cluster/workload.ts";

/**
 * Labels that are no part of an identity unless Cilium is configured otherwise.
 * https://docs.cilium.io/en/stable/operations/performance/scalability/identity-relevant-labels/
 */
const LEFT_OUT: readonly RegExp[] = [
  /^io\.kubernetes/u,
  /^kubernetes\.io/u,
  /^statefulset\.kubernetes\.io\/pod-name/u,
  /^apps\.kubernetes\.io\/pod-index/u,
  /^batch\.kubernetes\.io\/job-completion-index/u,
  /beta\.kubernetes\.io/u,
  /^k8s\.io/u,
  /^pod-template-(generation|hash)/u,
  /^controller-revision-hash/u,
  /^annotation/u,
  /^etcd_node/u,
];

/** Labels that a selector asks for and that no identity has, so that it finds nothing, or does not exclude, by them. */
export function labelsLeftOut({ matchLabels = {}, matchExpressions = [] }: LabelSelector): readonly string[] {
  const keys = [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)];
  return keys.filter((key) => LEFT_OUT.some((pattern) => pattern.test(key)));
}
