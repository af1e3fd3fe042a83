/** A folder of the lab's own, on a RAM disk that vanishes with it, as its programs see it. */
export const labFolder = "/run";

/**
 * What a lab holds, as a table. The network, the Services, the DNS zone and cluster.yaml are all made from it,
 * so what runs and what Kubernetes would say about it cannot differ.
 */
export interface LabPlan {
  readonly node: NodePlan;
  readonly outside: OutsidePlan;
  readonly workloads: readonly WorkloadPlan[];
  readonly services: readonly ServicePlan[];
}

/** The one node: pods hang on it by routed veths, the world by an uplink. */
export interface NodePlan {
  readonly name: string;
  /** With prefix length, one of each family in use: `192.168.50.11/24`. */
  readonly addresses: readonly string[];
  /** Pods get the addresses of these, from the second on. */
  readonly podCidrs: readonly string[];
  readonly serviceCidrs: readonly string[];
  readonly programs: (layout: Layout) => readonly Program[];
}

/** Everything beyond the uplink, in one network namespace. */
export interface OutsidePlan {
  /** The node's default gateways, with prefix length. */
  readonly gateways: readonly string[];
  /** Who else lives there. */
  readonly addresses: readonly string[];
  readonly programs: readonly Program[];
}

export interface WorkloadPlan {
  readonly namespace: string;
  readonly kind: "Deployment" | "StatefulSet";
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly image: string;
  readonly ports: readonly PortPlan[];
  /** Path that the kubelet asks on the first port. */
  readonly probePath?: string;
  readonly program: (pod: LabPod, layout: Layout) => Program;
}

export interface PortPlan {
  readonly name: string;
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

export interface ServicePlan {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  /** One of each family in use. */
  readonly clusterIps: readonly string[];
  readonly ports: readonly ServicePortPlan[];
}

export interface ServicePortPlan extends PortPlan {
  readonly targetPort: number;
  readonly nodePort?: number;
}

/** A plan with its pods worked out: names, labels and addresses as a cluster would have given them. */
export interface Layout {
  readonly plan: LabPlan;
  readonly pods: readonly LabPod[];
}

export interface LabPod {
  /** Also the name of its network namespace. */
  readonly name: string;
  readonly namespace: string;
  readonly workload: WorkloadPlan;
  readonly ordinal: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  /** The node's end of its veth. Its own end is eth0. */
  readonly interface: string;
}

/** Something that runs in one network namespace until the lab stops. */
export interface Program {
  /** One of its kind in the lab; a pod's program bears the pod's name. */
  readonly name: string;
  /** Clients start when every server has said a first line, so that no early call fails for want of its server. */
  readonly role: "server" | "client";
  readonly argv: readonly string[];
  readonly input?: string;
}
