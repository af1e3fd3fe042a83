import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { Pod, Service, ServicePort } from "../../cluster/objects.ts";
import type { WorkloadRef } from "../../cluster/workload.ts";
import { matchesSelector } from "../../cluster/workload/match-selector.ts";

/** Who a port is published to. */
export interface Published {
  /** `NodePort Service shop/web` */
  readonly service: string;
  /** The load balancer's source ranges; every address where empty. */
  readonly ranges: readonly string[];
}

/** Ports of a workload's pods that Services publish outside of the cluster, by `TCP/8080`. */
export function publishedPorts(cluster: ClusterState, workload: WorkloadRef): ReadonlyMap<string, Published> {
  const services = cluster.services().filter(isPublished);
  const found = servedPorts(services, workload, cluster.podsOf(workload));
  return new Map(
    found.map(({ service, protocol, target }) => [
      portKey(protocol, target),
      { service: serviceText(service), ranges: service.loadBalancerSourceRanges },
    ]),
  );
}

export interface ServedPort {
  readonly service: Service;
  readonly protocol: string;
  /** What clients of the Service ask for. */
  readonly port: number;
  /** What they get to: the pods' own port. */
  readonly target: number;
}

/** What the Services make of the ports of these pods, which must all be of one workload. */
export function servedPorts(
  services: readonly Service[],
  { namespace }: WorkloadRef,
  pods: readonly Pod[],
): readonly ServedPort[] {
  return services
    .filter((service) => service.metadata.namespace === namespace && Object.keys(service.selector).length > 0)
    .flatMap((service) => {
      const behind = pods.filter((pod) => matchesSelector({ matchLabels: service.selector }, pod.metadata.labels));
      return service.ports.flatMap((port) =>
        targets(port, behind).map((target) => ({ service, protocol: port.protocol, port: port.port, target })),
      );
    });
}

export function portKey(protocol: string, port: number): string {
  return `${protocol}/${port}`;
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

function isPublished({ serviceType, externalIps }: Service): boolean {
  return serviceType === "NodePort" || serviceType === "LoadBalancer" || externalIps.length > 0;
}

function serviceText({ serviceType, metadata }: Service): string {
  return `${serviceType} Service ${metadata.namespace}/${metadata.name}`;
}
