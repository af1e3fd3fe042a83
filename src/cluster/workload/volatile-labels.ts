/** Written by controllers; different from one roll-out, run or pod to the next. */
const KEYS: ReadonlySet<string> = new Set([
  "pod-template-hash",
  "rollouts-pod-template-hash",
  "controller-revision-hash",
  "pod-template-generation",
  "controller-uid",
  "job-name",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
  "kubernetes.io/hostname",
]);

/** `batch` names a Job's run; the others are copied from the node that the pod happens to run on (KEP-4742). */
const PREFIXES = [
  "batch.kubernetes.io/",
  "topology.kubernetes.io/",
  "failure-domain.beta.kubernetes.io/",
  "node.kubernetes.io/",
] as const;

/** Says whether a label changes from pod to pod or from roll-out to roll-out, so that no selector may hold it. */
export function isVolatileLabel(key: string): boolean {
  return KEYS.has(key) || PREFIXES.some((prefix) => key.startsWith(prefix));
}
