import { FieldFault, at, elements, isAbsent, port, portOrName, requiredText, text, type Field } from "./field.ts";
import type { NetworkPolicyObject, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from "../objects.ts";
import { parseCidrText } from "./parse-address.ts";
import { parseLabelSelector } from "./parse-label-selector.ts";
import { parseNamespacedMetadata } from "./parse-metadata.ts";

/** A networking.k8s.io/v1 NetworkPolicy; a rule that the API server would refuse is refused here too. */
export function parseNetworkPolicy(object: Field): NetworkPolicyObject {
  return {
    type: "NetworkPolicy",
    metadata: parseNamespacedMetadata(object),
    spec: parseSpec(at(object, "spec")),
  };
}

function parseSpec(spec: Field): NetworkPolicySpec {
  return {
    podSelector: parseLabelSelector(at(spec, "podSelector")) ?? {},
    ...present("policyTypes", optionalList(at(spec, "policyTypes"), parsePolicyType)),
    ...present(
      "ingress",
      optionalList(at(spec, "ingress"), (rule) => ({
        ...present("from", optionalList(at(rule, "from"), parsePeer)),
        ...present("ports", optionalList(at(rule, "ports"), parsePolicyPort)),
      })),
    ),
    ...present(
      "egress",
      optionalList(at(spec, "egress"), (rule) => ({
        ...present("to", optionalList(at(rule, "to"), parsePeer)),
        ...present("ports", optionalList(at(rule, "ports"), parsePolicyPort)),
      })),
    ),
  };
}

function parsePolicyType(field: Field): "Ingress" | "Egress" {
  const type = requiredText(field);
  if (type !== "Ingress" && type !== "Egress") throw new FieldFault(field, "expected Ingress or Egress");
  return type;
}

function parsePeer(peer: Field): NetworkPolicyPeer {
  const parsed: NetworkPolicyPeer = {
    ...present("podSelector", parseLabelSelector(at(peer, "podSelector"))),
    ...present("namespaceSelector", parseLabelSelector(at(peer, "namespaceSelector"))),
    ...present("ipBlock", parseIpBlock(at(peer, "ipBlock"))),
  };
  if (Object.keys(parsed).length === 0)
    throw new FieldFault(peer, "expected podSelector, namespaceSelector or ipBlock");
  if (parsed.ipBlock !== undefined && Object.keys(parsed).length > 1)
    throw new FieldFault(at(peer, "ipBlock"), "must not stand beside a selector");
  return parsed;
}

function parseIpBlock(block: Field): NetworkPolicyPeer["ipBlock"] {
  if (isAbsent(block)) return undefined;
  return {
    cidr: parseCidrText(at(block, "cidr")),
    ...present("except", optionalList(at(block, "except"), parseCidrText)),
  };
}

function parsePolicyPort(entry: Field): NetworkPolicyPort {
  const number = portOrName(at(entry, "port"));
  const endPort = port(at(entry, "endPort"));
  if (endPort !== undefined && (typeof number !== "number" || endPort < number))
    throw new FieldFault(at(entry, "endPort"), "needs a numeric port that is not greater");
  return {
    ...present("protocol", parseProtocol(at(entry, "protocol"))),
    ...present("port", number),
    ...present("endPort", endPort),
  };
}

function parseProtocol(field: Field): NetworkPolicyPort["protocol"] {
  const protocol = text(field);
  if (protocol === undefined || protocol === "TCP" || protocol === "UDP" || protocol === "SCTP") return protocol;
  throw new FieldFault(field, "expected TCP, UDP or SCTP");
}

/** Absent and empty differ in meaning here, so a list that is absent stays so. */
function optionalList<T>(list: Field, parse: (element: Field) => T): readonly T[] | undefined {
  return isAbsent(list) ? undefined : elements(list).map((element) => parse(element));
}

function present<K extends string, V>(name: K, value: V): Partial<Record<K, Exclude<V, undefined>>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<K, Exclude<V, undefined>>>;
}
