import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { Pod, Service, ServicePort } from "../../cluster/objects.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import type { Edge } from "../../profile/edge.ts";
import { matchesSelector } from "../../cluster/workload/match-selector.ts";

export interface ServedPort {
  readonly service: Service;
  readonly protocol: string;
  /** What clients of the Service ask for. */
  readonly port: number;
  /** What they get to: the pods' own port. */
  readonly target: number;
}

interface PlacedService {
  readonly service: Service;
  /** In the cluster's order. */
  readonly place: number;
}

/** What Services make of the ports of each workload's pods; for one state of the cluster, which bounds what is kept. */
export class ServedPorts {
  readonly #cluster: ClusterState;
  readonly #served = new Map<string, readonly ServedPort[]>();
  /** By a label that they ask for, so that not all of a namespace's are tried on each workload. */
  #services: ReadonlyMap<string, readonly PlacedService[]> | undefined;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  of(ref: WorkloadRef): readonly ServedPort[] {
    const key = workloadKey(ref);
    const known = this.#served.get(key);
    if (known !== undefined) return known;
    const pods = this.#cluster.podsOf(ref);
    const served = servedPorts(this.#candidates(ref.namespace, pods), pods);
    this.#served.set(key, served);
    return served;
  }

  /**
   * The numbers that a port of a workload's pods goes by, its own first: where a Service names its target port, that may
   * be another number on each pod, and the next connection is of any of them.
   */
  namesakes(ref: WorkloadRef, { protocol, port }: Pick<Edge, "protocol" | "port">): readonly number[] {
    const served = this.of(ref).filter((one) => one.protocol === protocol);
    const leading = served.filter(({ target }) => target === port);
    const others = served.filter((one) =>
      leading.some(({ service, port: asked }) => service === one.service && asked === one.port),
    );
    return [...new Set([port, ...others.map(({ target }) => target)])];
  }

  /** The Services that may select one of these pods. */
  #candidates(namespace: string, pods: readonly Pod[]): readonly Service[] {
    this.#services ??= byFirstLabel(this.#cluster.services());
    const labels = new Set(pods.flatMap(({ metadata }) => Object.entries(metadata.labels).map(labelText)));
    const found = [...labels].flatMap((label) => this.#services?.get(`${namespace} ${label}`) ?? []);
    return found.sort((a, b) => a.place - b.place).map(({ service }) => service);
  }
}

/** A Service without a selector selects nothing. */
function byFirstLabel(services: readonly Service[]): ReadonlyMap<string, readonly PlacedService[]> {
  const selecting = services
    .map((service, place) => ({ service, place }))
    .filter(({ service }) => Object.keys(service.selector).length > 0);
  return Map.groupBy(selecting, ({ service: { metadata, selector } }) => {
    const [first] = Object.entries(selector);
    return `${metadata.namespace} ${labelText(first!)}`;
  });
}

function labelText([key, value]: readonly [string, string]): string {
  return `${key}=${value}`;
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
