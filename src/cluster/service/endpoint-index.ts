import type { Endpoint } from "../../flow/connection.ts";
import { isIpv6 } from "../address/address.ts";
import { addressesIn } from "../address/address-list.ts";
import { Lists } from "../lists.ts";
import type { Index } from "../named-objects.ts";
import type { EndpointSlice, ServicePort } from "../objects.ts";
import type { AskedService } from "./service-index.ts";

/** Somebody behind a Service. */
export interface ServiceEndpoint extends Endpoint {
  /** The slice says that it is a pod. */
  readonly isPod: boolean;
}

/** EndpointSlices by the Service that they are of: kept as they come and go. */
export class EndpointIndex implements Index<EndpointSlice> {
  readonly #byService = new Lists<EndpointSlice>();

  put(slice: EndpointSlice): void {
    if (slice.serviceName !== undefined)
      this.#byService.put(serviceKey(slice.metadata.namespace, slice.serviceName), slice);
  }

  take(slice: EndpointSlice): void {
    if (slice.serviceName === undefined) return;
    this.#byService.take(serviceKey(slice.metadata.namespace, slice.serviceName), (other) => other === slice);
  }

  /**
   * The endpoints behind a Service's port, of one IP family (kube-proxy doesn't translate between them), by
   * address. Those not ready count too: they may have been ready when the connection began.
   */
  of({ service, port }: AskedService, family: "IPv4" | "IPv6"): readonly ServiceEndpoint[] {
    const slices = this.#byService.get(serviceKey(service.metadata.namespace, service.metadata.name));
    const found = slices.flatMap((slice) => endpointsOf(slice, port));
    const single = new Map(found.map((endpoint) => [`${endpoint.ip} ${endpoint.port}`, endpoint]));
    return [...single.values()].filter(({ ip }) => isIpv6(ip) === (family === "IPv6")).sort(byAddressAndPort);
  }
}

/** A slice's ports bear the names of the Service's; two slices may have another number under one name. */
function endpointsOf(slice: EndpointSlice, { name, protocol }: ServicePort): readonly ServiceEndpoint[] {
  const { podAddresses, otherAddresses, ports } = slice;
  const meant = ports.filter((port) => port.name === name && port.protocol === protocol);
  return meant.flatMap(({ port }) =>
    port === undefined
      ? []
      : [
          ...addressesIn(podAddresses).map((ip) => ({ ip, port, isPod: true })),
          ...addressesIn(otherAddresses).map((ip) => ({ ip, port, isPod: false })),
        ],
  );
}

function byAddressAndPort(a: Endpoint, b: Endpoint): number {
  if (a.ip === b.ip) return a.port - b.port;
  return a.ip < b.ip ? -1 : 1;
}

function serviceKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
