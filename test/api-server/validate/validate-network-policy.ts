import ipaddr from "ipaddr.js";
import type { Cause } from "../http/api-status.ts";
import type { JsonObject } from "../json-object.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldOf, listOf, textOf } from "../table/field-of.ts";
import { forbiddenField, invalidValue, notSupported, required } from "./causes.ts";
import { portNameProblems, portNumberProblems } from "./names.ts";
import { validateSelector } from "./validate-selector.ts";

/** pkg/apis/networking/validation: what the API server refuses of a NetworkPolicy, rule by rule. */
export function validateNetworkPolicy(policy: ApiObject): readonly Cause[] {
  return [
    ...validateSelector(fieldOf(policy, "spec.podSelector"), "spec.podSelector"),
    ...listOf(policy, "spec.ingress").flatMap((rule, place) => validateRule(rule, "from", `spec.ingress[${place}]`)),
    ...listOf(policy, "spec.egress").flatMap((rule, place) => validateRule(rule, "to", `spec.egress[${place}]`)),
    ...validateTypes((fieldOf(policy, "spec.policyTypes") as readonly unknown[] | undefined) ?? []),
  ];
}

function validateTypes(types: readonly unknown[]): readonly Cause[] {
  const path = "spec.policyTypes";
  if (types.length > 2) return [invalidValue(path, types, "may not specify more than two policyTypes")];
  return types.flatMap((type, place) =>
    type === "Ingress" || type === "Egress" ? [] : [notSupported(`${path}[${place}]`, type, ["Egress", "Ingress"])],
  );
}

function validateRule(rule: JsonObject, peers: "from" | "to", path: string): readonly Cause[] {
  return [
    ...listOf(rule, "ports").flatMap((port, place) => validatePort(port, `${path}.ports[${place}]`)),
    ...listOf(rule, peers).flatMap((peer, place) => validatePeer(peer, `${path}.${peers}[${place}]`)),
  ];
}

function validatePort({ protocol, port, endPort }: JsonObject, path: string): readonly Cause[] {
  const known = ["TCP", "UDP", "SCTP"];
  return [
    ...(protocol === undefined || known.some((one) => one === protocol)
      ? []
      : [notSupported(`${path}.protocol`, protocol, known)]),
    ...portCauses(port, `${path}.port`),
    ...(endPort === undefined ? [] : endPortCauses(port, Number(endPort), `${path}.endPort`)),
  ];
}

function portCauses(port: unknown, path: string): readonly Cause[] {
  if (port === undefined) return [];
  const problems = typeof port === "number" ? portNumberProblems(port) : portNameProblems(textOf({ port }, "port", ""));
  return problems.map((problem) => invalidValue(path, port, problem));
}

function endPortCauses(port: unknown, endPort: number, path: string): readonly Cause[] {
  if (port === undefined) return [invalidValue(path, endPort, "may not be specified when `port` is not specified")];
  if (typeof port !== "number") return [invalidValue(path, endPort, "may not be specified when `port` is non-numeric")];
  return [
    // The server shows `port` here, not `endPort`.
    ...(endPort < port ? [invalidValue(path, port, "must be greater than or equal to `port`")] : []),
    ...portNumberProblems(endPort).map((problem) => invalidValue(path, endPort, problem)),
  ];
}

function validatePeer(peer: JsonObject, path: string): readonly Cause[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const given = [podSelector, namespaceSelector, ipBlock].filter((part) => part !== undefined);
  if (given.length === 0) return [required(path, "must specify a peer")];
  const isMixed = given.length > 1 && ipBlock !== undefined;
  return [
    ...validateSelector(podSelector, `${path}.podSelector`),
    ...validateSelector(namespaceSelector, `${path}.namespaceSelector`),
    ...(ipBlock === undefined ? [] : validateBlock(ipBlock as JsonObject, `${path}.ipBlock`)),
    ...(isMixed ? [forbiddenField(path, "may not specify both ipBlock and another peer")] : []),
  ];
}

const NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

function validateBlock({ cidr, except }: JsonObject, path: string): readonly Cause[] {
  if (cidr === undefined || cidr === "") return [required(`${path}.cidr`)];
  const outer = parseCidr(cidr);
  if (outer === undefined) return [invalidValue(`${path}.cidr`, cidr, NOT_A_CIDR)];
  return (Array.isArray(except) ? (except as readonly unknown[]) : []).flatMap((text, place) => {
    const at = `${path}.except[${place}]`;
    const inner = parseCidr(text);
    if (inner === undefined) return [invalidValue(at, text, NOT_A_CIDR)];
    return isStrictSubset(inner, outer) ? [] : [invalidValue(at, text, "must be a strict subset of `cidr`")];
  });
}

type Cidr = ReturnType<typeof ipaddr.parseCIDR>;

function parseCidr(text: unknown): Cidr | undefined {
  return typeof text === "string" && ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined;
}

function isStrictSubset(inner: Cidr, outer: Cidr): boolean {
  return inner[0].kind() === outer[0].kind() && inner[1] > outer[1] && inner[0].match(outer);
}
