import { apiGroup } from "../workload/api-group.ts";
import { canonicalAddress } from "../address/address.ts";
import { FieldFault, at, elements, isAbsent, requiredText, text, type Field } from "./field.ts";
import type { KubernetesObject, Namespace, Node, ServiceCidr } from "../objects.ts";
import { parseCidrText } from "./parse-address.ts";
import { parseCiliumNode, parseConfigMap, parseIpPool } from "./parse-address-source.ts";
import { ownsPods, parseController } from "./parse-controller.ts";
import { parseMetadata } from "./parse-metadata.ts";
import { parseNetworkPolicy } from "./parse-network-policy.ts";
import { parsePod } from "./parse-pod.ts";
import { parseEndpointSlice, parseService } from "./parse-service.ts";

/** Node address types that are addresses and not names: core/v1 NodeAddressType. */
const NODE_ADDRESS_TYPES: ReadonlySet<string | undefined> = new Set(["InternalIP", "ExternalIP"]);

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Reads what a document holds, in order: one object, or those of a List (`kubectl get`) or PodList and its
 * like (`kubectl get --raw`, whose items name no kind of their own). Objects of kinds that weir doesn't
 * use are left out. Throws FieldFault where a field that is used is not what the API has there.
 */
export function parseObjects(document: Field): readonly KubernetesObject[] {
  const kind = kindOf(document, undefined);
  const itemKind = kind.kind.endsWith("List") ? { ...kind, kind: kind.kind.slice(0, -"List".length) } : undefined;
  // A custom kind may be named SomethingList; a list is told by its items.
  if (itemKind === undefined || document.value === null || !Object.hasOwn(document.value as object, "items"))
    return [parseObject(document, kind)].filter((object) => object !== undefined);
  return elements(at(document, "items"))
    .map((item) => parseObject(item, kindOf(item, itemKind)))
    .filter((object) => object !== undefined);
}

function kindOf(object: Field, listed: Kind | undefined): Kind {
  const kind = at(object, "kind");
  if (isAbsent(kind) && listed !== undefined && listed.kind !== "") return listed;
  return { kind: requiredText(kind), apiVersion: requiredText(at(object, "apiVersion")) };
}

function parseObject(object: Field, { apiVersion, kind }: Kind): KubernetesObject | undefined {
  switch (`${apiGroup(apiVersion)}/${kind}`) {
    case "/Pod":
      return parsePod(object);
    case "/Service":
      return parseService(object);
    case "/Namespace":
      return parseNamespace(object);
    case "/Node":
      return parseNode(object);
    case "discovery.k8s.io/EndpointSlice":
      return parseEndpointSlice(object);
    case "networking.k8s.io/NetworkPolicy":
      return parseNetworkPolicy(object);
    case "networking.k8s.io/ServiceCIDR":
      return parseServiceCidr(object);
    case "/ConfigMap":
      return parseConfigMap(object, apiVersion);
    case "cilium.io/CiliumNode":
      return parseCiliumNode(object, apiVersion);
    // Calico's own API server serves the same object in a group without `crd`.
    case "crd.projectcalico.org/IPPool":
    case "projectcalico.org/IPPool":
      return parseIpPool(object, apiVersion);
    case "/List":
      throw new FieldFault(object, "a List inside a List");
    default:
      return ownsPods(apiVersion, kind) ? parseController(object, apiVersion, kind) : undefined;
  }
}

function parseNamespace(object: Field): Namespace {
  return { type: "Namespace", metadata: parseMetadata(object) };
}

function parseNode(object: Field): Node {
  const cidrs = elements(at(object, "spec", "podCIDRs"));
  const single = at(object, "spec", "podCIDR");
  return {
    type: "Node",
    metadata: parseMetadata(object),
    addresses: elements(at(object, "status", "addresses"))
      .filter((entry) => NODE_ADDRESS_TYPES.has(text(at(entry, "type"))))
      .map((entry) => canonicalAddress(text(at(entry, "address")) ?? ""))
      .filter((address) => address !== undefined),
    podCidrs: (cidrs.length > 0 || isAbsent(single) ? cidrs : [single]).map((field) => parseCidrText(field)),
  };
}

function parseServiceCidr(object: Field): ServiceCidr {
  const cidrs = elements(at(object, "spec", "cidrs")).map((field) => parseCidrText(field));
  return { type: "ServiceCIDR", metadata: parseMetadata(object), cidrs };
}
