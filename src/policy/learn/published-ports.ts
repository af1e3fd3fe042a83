import type { Service } from "../../cluster/objects.ts";
import { portKey, type ServedPort } from "./served-ports.ts";

/** Who a port is published to. */
export interface Published {
  /** `NodePort Service shop/web` */
  readonly service: string;
  /** The load balancer's source ranges; every address where empty. */
  readonly ranges: readonly string[];
}

/** Of the ports that Services make of a workload's pods those that are published outside of the cluster, by `TCP/8080`. */
export function publishedPorts(served: readonly ServedPort[]): ReadonlyMap<string, Published> {
  return new Map(
    served
      .filter(({ service }) => isPublished(service))
      .map(({ service, protocol, target }) => [
        portKey(protocol, target),
        { service: serviceText(service), ranges: service.loadBalancerSourceRanges },
      ]),
  );
}

function isPublished({ serviceType, externalIps }: Service): boolean {
  return serviceType === "NodePort" || serviceType === "LoadBalancer" || externalIps.length > 0;
}

function serviceText({ serviceType, metadata }: Service): string {
  return `${serviceType} Service ${metadata.namespace}/${metadata.name}`;
}
