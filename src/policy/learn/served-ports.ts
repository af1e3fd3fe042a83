import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { Pod, Service, ServicePort } from "../../cluster/objects.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import { matchesSelector } from "../../cluster/workload/match-selector.ts";

export interface ServedPort {
  readonly service: Service;
  readonly protocol: string;
  /** What clients of the Service ask for. */
  readonly port: number;
  /** What they get to: the pods' own port. */
  readonly target: number;
}

/** What Services make of the ports of each workload's pods; for one state of the cluster, which bounds what is kept. */
export class ServedPorts {
  readonly #cluster: ClusterState;
  readonly #served = new Map<string, readonly ServedPort[]>();
  #services: ReadonlyMap<string, readonly Service[]> | undefined;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  of(ref: WorkloadRef): readonly ServedPort[] {
    const key = workloadKey(ref);
    const known = this.#served.get(key);
    if (known !== undefined) return known;
    this.#services ??= Map.groupBy(
      this.#cluster.services().filter(({ selector }) => Object.keys(selector).length > 0),
      ({ metadata }) => metadata.namespace,
    );
    const served = servedPorts(this.#services.get(ref.namespace) ?? [], this.#cluster.podsOf(ref));
    this.#served.set(key, served);
    return served;
  }
}

export function portKey(protocol: string, port: number): string {
  return `${protocol}/${port}`;
}

function servedPorts(services: readonly Service[], pods: readonly Pod[]): readonly ServedPort[] {
  return services.flatMap((service) => {
    const behind = pods.filter((pod) => matchesSelector({ matchLabels: service.selector }, pod.metadata.labels));
    return service.ports.flatMap((port) =>
      targets(port, behind).map((target) => ({ service, protocol: port.protocol, port: port.port, target })),
    );
  });
}

/** A named port may be another number on each pod. */
function targets({ port, targetPort = port, protocol }: ServicePort, pods: readonly Pod[]): readonly number[] {
  if (pods.length === 0) return [];
  if (typeof targetPort === "number") return [targetPort];
  const numbers = pods
    .flatMap((pod) => pod.ports)
    .filter((own) => own.name === targetPort && own.protocol === protocol)
    .map((own) => own.containerPort);
  return [...new Set(numbers)];
}
