import { FieldFault, at, elements, isAbsent, port, portOrName, text, textMap, type Field } from "./field.ts";
import type { EndpointSlice, Service, ServicePort } from "../objects.ts";
import { canonicalAddress } from "../address/address.ts";
import { addressList } from "../address/address-list.ts";
import { parseAddress, parseAddresses, parseEitherAddresses } from "./parse-address.ts";
import { parseNamespacedMetadata } from "./parse-metadata.ts";

export function parseService(object: Field): Service {
  const spec = at(object, "spec");
  return {
    type: "Service",
    metadata: parseNamespacedMetadata(object),
    serviceType: text(at(spec, "type")) ?? "ClusterIP",
    selector: textMap(at(spec, "selector")),
    clusterIps: parseClusterIps(spec),
    externalIps: parseAddresses(at(spec, "externalIPs")),
    loadBalancerIps: parseLoadBalancerIps(at(object, "status", "loadBalancer", "ingress")),
    loadBalancerSourceRanges: elements(at(spec, "loadBalancerSourceRanges")).flatMap((entry) => text(entry) ?? []),
    ports: elements(at(spec, "ports")).map((entry) => parseServicePort(entry)),
  };
}

/** A headless Service says `None` where its address would be. */
function parseClusterIps(spec: Field): readonly string[] {
  const single = at(spec, "clusterIP");
  if (single.value === "None") return [];
  return parseEitherAddresses(
    elements(at(spec, "clusterIPs")).filter((element) => element.value !== "None"),
    single,
  );
}

/** Under ipMode Proxy nothing on the nodes rewrites the address: it stays the balancer's own (KEP-1860). */
function parseLoadBalancerIps(ingress: Field): readonly string[] {
  return elements(ingress)
    .filter((entry) => text(at(entry, "ipMode")) !== "Proxy" && !isAbsent(at(entry, "ip")))
    .map((entry) => parseAddress(at(entry, "ip")));
}

function parseServicePort(entry: Field): ServicePort {
  const number = port(at(entry, "port"));
  if (number === undefined) throw new FieldFault(at(entry, "port"), "missing");
  return {
    name: text(at(entry, "name")) ?? "",
    protocol: text(at(entry, "protocol")) ?? "TCP",
    port: number,
    targetPort: portOrName(at(entry, "targetPort")),
    nodePort: port(at(entry, "nodePort")),
  };
}

export function parseEndpointSlice(object: Field): EndpointSlice {
  const metadata = parseNamespacedMetadata(object);
  const { true: ofPods = [], false: ofOthers = [] } = Object.groupBy(elements(at(object, "endpoints")), isPods);
  return {
    type: "EndpointSlice",
    metadata,
    serviceName: metadata.labels["kubernetes.io/service-name"],
    ports: elements(at(object, "ports")).map((entry) => ({
      name: text(at(entry, "name")) ?? "",
      protocol: text(at(entry, "protocol")) ?? "TCP",
      port: port(at(entry, "port")),
    })),
    podAddresses: addressList(ofPods.flatMap((entry) => endpointAddresses(entry))),
    otherAddresses: addressList(ofOthers.flatMap((entry) => endpointAddresses(entry))),
  };
}

function isPods(endpoint: Field): "true" | "false" {
  return text(at(endpoint, "targetRef", "kind")) === "Pod" ? "true" : "false";
}

/** Slices of address type FQDN name hosts; those have no address to be found by. */
function endpointAddresses(endpoint: Field): readonly string[] {
  return elements(at(endpoint, "addresses"))
    .map((element) => canonicalAddress(text(element) ?? ""))
    .filter((address) => address !== undefined);
}
