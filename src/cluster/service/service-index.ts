import type { Endpoint } from "../../flow/connection.ts";
import type { ServiceRef } from "../identity.ts";
import { Lists } from "../lists.ts";
import type { Index } from "../named-objects.ts";
import type { Service, ServicePort } from "../objects.ts";

/** A Service and the port of it that was asked for. */
export interface AskedService {
  readonly service: Service;
  readonly port: ServicePort;
}

/** Services by the addresses and ports that kube-proxy or its like rewrites: kept as they come and go. */
export class ServiceIndex implements Index<Service> {
  readonly #byEndpoint = new Lists<AskedService>();
  readonly #byNodePort = new Lists<AskedService>();
  readonly #byAddress = new Lists<Service>();

  put(service: Service): void {
    const ips = addressesOf(service);
    for (const ip of ips) this.#byAddress.put(ip, service);
    for (const port of service.ports) {
      const asked = { service, port };
      for (const ip of ips) this.#byEndpoint.put(endpointKey(port.protocol, ip, port.port), asked);
      if (port.nodePort !== undefined) this.#byNodePort.put(nodePortKey(port.protocol, port.nodePort), asked);
    }
  }

  take(service: Service): void {
    const ips = addressesOf(service);
    const isIt = (asked: AskedService): boolean => asked.service === service;
    for (const ip of ips) this.#byAddress.take(ip, (other) => other === service);
    for (const { protocol, port, nodePort } of service.ports) {
      for (const ip of ips) this.#byEndpoint.take(endpointKey(protocol, ip, port), isIt);
      if (nodePort !== undefined) this.#byNodePort.take(nodePortKey(protocol, nodePort), isIt);
    }
  }

  /** Several where an external IP is claimed twice. */
  askedAt(protocol: string, { ip, port }: Endpoint): readonly AskedService[] {
    return this.#byEndpoint.get(endpointKey(protocol, ip, port));
  }

  askedAtNodePort(protocol: string, nodePort: number): readonly AskedService[] {
    return this.#byNodePort.get(nodePortKey(protocol, nodePort));
  }

  /** The Service that has this address, on whatever port. */
  atAddress(ip: string): ServiceRef | undefined {
    const service = this.#byAddress.get(ip)[0];
    return service === undefined ? undefined : serviceRef(service);
  }
}

export function serviceRef({ metadata: { namespace, name } }: Service): ServiceRef {
  return { namespace, name };
}

function addressesOf({ clusterIps, externalIps, loadBalancerIps }: Service): ReadonlySet<string> {
  return new Set([...clusterIps, ...externalIps, ...loadBalancerIps]);
}

function nodePortKey(protocol: string, nodePort: number): string {
  return `${protocol} ${nodePort}`;
}

function endpointKey(protocol: string, ip: string, port: number): string {
  return `${protocol} ${ip} ${port}`;
}
