import { isIpv6 } from "../address/address.ts";
import type { ServiceRef } from "../identity.ts";
import type { EndpointSlice, Service, ServicePort } from "../objects.ts";
import type { Endpoint } from "../../flow/connection.ts";

/** A Service and the port of it that was asked for. */
export interface AskedService {
  readonly service: Service;
  readonly port: ServicePort;
}

/** Somebody behind a Service. */
export interface ServiceEndpoint extends Endpoint {
  /** The slice says that it is a pod. */
  readonly isPod: boolean;
}

/** Services by the addresses and ports that kube-proxy or its like rewrites. */
export class ServiceIndex {
  readonly #byEndpoint = new Map<string, AskedService[]>();
  readonly #byNodePort = new Map<string, AskedService[]>();
  readonly #byAddress = new Map<string, Service>();
  readonly #slices = new Map<string, EndpointSlice[]>();

  constructor(services: readonly Service[], slices: readonly EndpointSlice[]) {
    for (const service of services) this.#addService(service);
    for (const slice of slices)
      if (slice.serviceName !== undefined) put(this.#slices, `${slice.metadata.namespace}/${slice.serviceName}`, slice);
  }

  /** Several where an external IP is claimed twice. */
  askedAt(protocol: string, { ip, port }: Endpoint): readonly AskedService[] {
    return this.#byEndpoint.get(endpointKey(protocol, ip, port)) ?? [];
  }

  askedAtNodePort(protocol: string, nodePort: number): readonly AskedService[] {
    return this.#byNodePort.get(`${protocol} ${nodePort}`) ?? [];
  }

  /** The Service that has this address, on whatever port. */
  atAddress(ip: string): ServiceRef | undefined {
    const service = this.#byAddress.get(ip);
    return service === undefined ? undefined : serviceRef(service);
  }

  /**
   * The endpoints behind a Service's port, of one IP family (kube-proxy doesn't translate between them), by
   * address. Those not ready count too: they may have been ready when the connection began.
   */
  endpoints({ service, port }: AskedService, family: "IPv4" | "IPv6"): readonly ServiceEndpoint[] {
    const slices = this.#slices.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? [];
    const found = slices.flatMap((slice) => endpointsOf(slice, port));
    const single = new Map(found.map((endpoint) => [`${endpoint.ip} ${endpoint.port}`, endpoint]));
    return [...single.values()].filter(({ ip }) => isIpv6(ip) === (family === "IPv6")).sort(byAddressAndPort);
  }

  #addService(service: Service): void {
    const ips = [...service.clusterIps, ...service.externalIps, ...service.loadBalancerIps];
    for (const ip of ips) this.#byAddress.set(ip, service);
    for (const port of service.ports) {
      const asked = { service, port };
      for (const ip of new Set(ips)) put(this.#byEndpoint, endpointKey(port.protocol, ip, port.port), asked);
      if (port.nodePort !== undefined) put(this.#byNodePort, `${port.protocol} ${port.nodePort}`, asked);
    }
  }
}

export function serviceRef({ metadata: { namespace, name } }: Service): ServiceRef {
  return { namespace, name };
}

/** A slice's ports bear the names of the Service's; two slices may have another number under one name. */
function endpointsOf({ ports, endpoints }: EndpointSlice, { name, protocol }: ServicePort): readonly ServiceEndpoint[] {
  const numbers = ports
    .filter((port) => port.name === name && port.protocol === protocol)
    .map(({ port }) => port)
    .filter((port) => port !== undefined);
  return endpoints.flatMap(({ addresses, targetPod }) =>
    addresses.flatMap((ip) => numbers.map((port) => ({ ip, port, isPod: targetPod !== undefined }))),
  );
}

function byAddressAndPort(a: Endpoint, b: Endpoint): number {
  if (a.ip === b.ip) return a.port - b.port;
  return a.ip < b.ip ? -1 : 1;
}

function endpointKey(protocol: string, ip: string, port: number): string {
  return `${protocol} ${ip} ${port}`;
}

function put<V>(lists: Map<string, V[]>, key: string, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
