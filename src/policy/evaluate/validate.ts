import { cidrFaults } from "./validate-block.ts";
import { type Fault, isRecord, labelSelectorFaults, type Path, unknownFields } from "./validate-selector.ts";
import { portNameFault, subdomainFault } from "../names.ts";

export type { Fault } from "./validate-selector.ts";

const POLICY_TYPES: readonly unknown[] = ["Ingress", "Egress"];
const PROTOCOLS: readonly unknown[] = ["TCP", "UDP", "SCTP"];

/**
 * What the API server would say to a networking.k8s.io/v1 NetworkPolicy: every fault with the path of its field, in
 * the words of ValidateNetworkPolicy. Unknown fields are faults, as under `kubectl --validate=strict`.
 */
export function validateNetworkPolicy(value: unknown): readonly Fault[] {
  if (!isRecord(value)) return [{ path: "", message: "must be an object" }];
  const { apiVersion, kind } = value;
  return [
    ...oneOf(apiVersion, ["networking.k8s.io/v1"], "apiVersion"),
    ...oneOf(kind, ["NetworkPolicy"], "kind"),
    ...metadataFaults(value["metadata"]),
    ...specFaults(value["spec"]),
  ];
}

function metadataFaults(metadata: unknown): readonly Fault[] {
  if (!isRecord(metadata)) return [{ path: "metadata", message: "Required value" }];
  const { name } = metadata;
  const path = "metadata.name";
  if (typeof name !== "string" || name === "") return [{ path, message: "Required value: name is required" }];
  const fault = subdomainFault(name);
  return fault === undefined ? [] : [invalid(path, name, fault)];
}

function specFaults(spec: unknown): readonly Fault[] {
  const path = "spec";
  if (!isRecord(spec)) return [{ path, message: "Required value" }];
  return [
    ...unknownFields(spec, ["podSelector", "policyTypes", "ingress", "egress"], path),
    ...labelSelectorFaults(spec["podSelector"], `${path}.podSelector`),
    ...listFaults(spec["ingress"], `${path}.ingress`, (rule, at) => ruleFaults(rule, "from", at)),
    ...listFaults(spec["egress"], `${path}.egress`, (rule, at) => ruleFaults(rule, "to", at)),
    ...policyTypesFaults(spec["policyTypes"], `${path}.policyTypes`),
  ];
}

function policyTypesFaults(types: unknown, path: Path): readonly Fault[] {
  if (Array.isArray(types) && types.length > 2)
    return [invalid(path, types, "may not specify more than two policyTypes")];
  return listFaults(types, path, (type, at) => oneOf(type, POLICY_TYPES, at));
}

function ruleFaults(rule: unknown, peersField: "from" | "to", path: Path): readonly Fault[] {
  if (!isRecord(rule)) return [invalid(path, rule, "must be an object")];
  return [
    ...unknownFields(rule, [peersField, "ports"], path),
    ...listFaults(rule["ports"], `${path}.ports`, portFaults),
    ...listFaults(rule[peersField], `${path}.${peersField}`, peerFaults),
  ];
}

function peerFaults(peer: unknown, path: Path): readonly Fault[] {
  if (!isRecord(peer)) return [invalid(path, peer, "must be an object")];
  const unknown = unknownFields(peer, ["podSelector", "namespaceSelector", "ipBlock"], path);
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const selectors = [podSelector, namespaceSelector].filter(isGiven);
  if (selectors.length === 0 && !isGiven(ipBlock))
    return [...unknown, { path, message: "Required value: must specify a peer" }];
  if (selectors.length > 0 && isGiven(ipBlock))
    return [...unknown, { path, message: "Forbidden: may not specify both ipBlock and another peer" }];
  return [
    ...unknown,
    ...labelSelectorFaults(podSelector, `${path}.podSelector`),
    ...labelSelectorFaults(namespaceSelector, `${path}.namespaceSelector`),
    ...(isGiven(ipBlock) ? cidrFaults(ipBlock, `${path}.ipBlock`) : []),
  ];
}

function portFaults(entry: unknown, path: Path): readonly Fault[] {
  if (!isRecord(entry)) return [invalid(path, entry, "must be an object")];
  const { protocol, port, endPort } = entry;
  return [
    ...unknownFields(entry, ["protocol", "port", "endPort"], path),
    ...(isGiven(protocol) ? oneOf(protocol, PROTOCOLS, `${path}.protocol`) : []),
    ...(isGiven(port) ? numberOrNameFaults(port, `${path}.port`) : []),
    ...(isGiven(endPort) ? endPortFaults(port, endPort, `${path}.endPort`) : []),
  ];
}

function numberOrNameFaults(port: unknown, path: Path): readonly Fault[] {
  if (typeof port === "string") {
    const fault = portNameFault(port);
    return fault === undefined ? [] : [invalid(path, port, fault)];
  }
  return isPortNumber(port) ? [] : [invalid(path, port, "must be between 1 and 65535, inclusive")];
}

function endPortFaults(port: unknown, endPort: unknown, path: Path): readonly Fault[] {
  if (!isGiven(port)) return [invalid(path, endPort, "may not be specified when `port` is not specified")];
  if (typeof port === "string") return [invalid(path, endPort, "may not be specified when `port` is non-numeric")];
  if (!isPortNumber(endPort)) return [invalid(path, endPort, "must be between 1 and 65535, inclusive")];
  return isPortNumber(port) && endPort < port
    ? [invalid(path, endPort, "must be greater than or equal to `port`")]
    : [];
}

function isPortNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function oneOf(value: unknown, allowed: readonly unknown[], path: Path): readonly Fault[] {
  if (allowed.includes(value)) return [];
  const supported = allowed.map((item) => JSON.stringify(item)).join(", ");
  return [{ path, message: `Unsupported value: ${JSON.stringify(value ?? null)}: supported values: ${supported}` }];
}

function listFaults(
  list: unknown,
  path: Path,
  check: (item: unknown, path: Path) => readonly Fault[],
): readonly Fault[] {
  if (!isGiven(list)) return [];
  if (!Array.isArray(list)) return [invalid(path, list, "must be a list")];
  return list.flatMap((item: unknown, index) => check(item, `${path}[${index}]`));
}

function invalid(path: Path, value: unknown, message: string): Fault {
  return { path, message: `Invalid value: ${JSON.stringify(value)}: ${message}` };
}
