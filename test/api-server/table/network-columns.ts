import type { ApiObject } from "../store/api-object.ts";
import { ageOf } from "./age.ts";
import { type Column, column } from "./column.ts";
import { fieldOf, labelsText, listOf, numberOf, textOf } from "./field-of.ts";

const age = column("Age", (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs));

export const networkColumns: Readonly<Record<string, readonly Column[]>> = {
  services: [
    column("Type", (service) => textOf(service, "spec.type", "ClusterIP")),
    column("Cluster-IP", (service) => textOf(service, "spec.clusterIP")),
    column("External-IP", externalIps),
    column("Port(s)", servicePorts),
    age,
    column("Selector", (service) => labelsText(fieldOf(service, "spec.selector")), { priority: 1 }),
  ],
  "endpointslices.discovery.k8s.io": [
    column("AddressType", (slice) => textOf(slice, "addressType", "")),
    column("Ports", (slice) => joined(listOf(slice, "ports").map(({ port }) => String(port)))),
    column("Endpoints", (slice) => joined(listOf(slice, "endpoints").flatMap(addressesOf))),
    age,
  ],
  "networkpolicies.networking.k8s.io": [column("Pod-Selector", podSelector), age],
  "servicecidrs.networking.k8s.io": [
    column("CIDRs", (object) => ((fieldOf(object, "spec.cidrs") as string[] | undefined) ?? []).join(",")),
    age,
  ],
};

function podSelector(policy: ApiObject): string {
  const labels = labelsText(fieldOf(policy, "spec.podSelector.matchLabels"));
  const expressions = listOf(policy, "spec.podSelector.matchExpressions").map(expressionText);
  const parts = [...(labels === "<none>" ? [] : [labels]), ...expressions];
  return parts.length === 0 ? "<none>" : parts.join(",");
}

function expressionText(expression: object): string {
  const key = textOf(expression, "key", "");
  const values = `(${((fieldOf(expression, "values") as string[] | undefined) ?? []).join(",")})`;
  const operator = textOf(expression, "operator", "");
  if (operator === "Exists") return key;
  return operator === "DoesNotExist" ? `!${key}` : `${key} ${operator.toLowerCase()} ${values}`;
}

function addressesOf(endpoint: object): string[] {
  return (fieldOf(endpoint, "addresses") as string[] | undefined) ?? [];
}

/** Three are shown; of the rest only how many. */
function joined(values: readonly string[]): string {
  if (values.length === 0) return "<unset>";
  return values.length <= 3 ? values.join(",") : `${values.slice(0, 3).join(",")} + ${values.length - 3} more...`;
}

function externalIps(service: ApiObject): string {
  const given = (fieldOf(service, "spec.externalIPs") as string[] | undefined) ?? [];
  const balanced = listOf(service, "status.loadBalancer.ingress").map((one) =>
    textOf(one, "ip", textOf(one, "hostname")),
  );
  if (textOf(service, "spec.type") === "ExternalName") return textOf(service, "spec.externalName");
  if (textOf(service, "spec.type") === "LoadBalancer" && balanced.length + given.length === 0) return "<pending>";
  return [...balanced, ...given].join(",") || "<none>";
}

function servicePorts(service: ApiObject): string {
  const ports = listOf(service, "spec.ports").map(({ port, nodePort, protocol = "TCP" }) =>
    nodePort === undefined
      ? `${String(port)}/${String(protocol)}`
      : `${String(port)}:${numberOf({ nodePort }, "nodePort")}/${String(protocol)}`,
  );
  return ports.join(",") || "<none>";
}
