/** Which fields of an object are read: `true` for a field with everything in it, and lists are as their elements. */
export type UsedFields = true | { readonly [name: string]: UsedFields };

const metadata: UsedFields = {
  name: true,
  namespace: true,
  uid: true,
  labels: true,
  ownerReferences: true,
  creationTimestamp: true,
  deletionTimestamp: true,
};

const containerState: UsedFields = {
  running: { startedAt: true },
  terminated: { startedAt: true, finishedAt: true },
};
const containerStatus: UsedFields = { restartCount: true, state: containerState };

const pod: UsedFields = {
  metadata,
  spec: {
    nodeName: true,
    hostNetwork: true,
    containers: { ports: true },
    initContainers: { ports: true, restartPolicy: true },
  },
  status: {
    phase: true,
    podIP: true,
    podIPs: true,
    hostIP: true,
    hostIPs: true,
    startTime: true,
    containerStatuses: containerStatus,
    initContainerStatuses: containerStatus,
  },
};

const controllerSpec: UsedFields = { selector: true, template: { metadata: { labels: true } } };
const controller: UsedFields = { metadata, spec: controllerSpec };

const service: UsedFields = {
  metadata,
  spec: {
    type: true,
    selector: true,
    clusterIP: true,
    clusterIPs: true,
    externalIPs: true,
    loadBalancerSourceRanges: true,
    ports: true,
  },
  status: { loadBalancer: true },
};

const node: UsedFields = {
  metadata,
  spec: { podCIDR: true, podCIDRs: true },
  status: { addresses: true },
};

/** The smaller kinds, and whatever is not named here, are read whole but for what is beside these. */
const small: UsedFields = { metadata, spec: true };

const BY_KIND: ReadonlyMap<string, UsedFields> = new Map<string, UsedFields>([
  ["Pod", pod],
  ["Service", service],
  ["EndpointSlice", { metadata, ports: true, endpoints: { addresses: true, targetRef: { kind: true } } }],
  ["Node", node],
  ["ReplicaSet", controller],
  ["Deployment", controller],
  ["StatefulSet", controller],
  ["DaemonSet", controller],
  ["Job", controller],
  ["CiliumNode", { metadata, spec: { addresses: true, health: true, ipam: { podCIDRs: true, pools: true } } }],
  ["IPPool", { metadata, spec: { cidr: true } }],
  ["CronJob", { metadata, spec: { jobTemplate: { spec: controllerSpec } } }],
]);

/**
 * What the parsers of this folder read of a kind. A field that one of them begins to read belongs here too, or lists
 * lose it: test/cluster/used-fields.test.ts.
 */
export function usedFields(kind: string): UsedFields {
  return BY_KIND.get(kind) ?? small;
}
