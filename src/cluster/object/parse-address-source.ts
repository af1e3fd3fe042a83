import { parse } from "yaml";
import { canonicalAddress } from "../address/address.ts";
import type { AddressSource } from "../objects.ts";
import { at, elements, type Field, FieldFault, text } from "./field.ts";
import { parseCidrText } from "./parse-address.ts";
import { parseMetadata } from "./parse-metadata.ts";

/** A ConfigMap needs no alias; one that has many is somebody's trick. */
const MAX_ALIASES = 10;

type Told = Partial<Pick<AddressSource, "podCidrs" | "serviceCidrs" | "deviceIps">>;

/** Of all ConfigMaps those two that tell ranges: kubeadm's own configuration, and Cilium's. */
export function parseConfigMap(object: Field, apiVersion: string): AddressSource | undefined {
  const kind = { apiVersion, kind: "ConfigMap" };
  const [namespace, name] = ["namespace", "name"].map((field) => text(at(object, "metadata", field)));
  if (namespace !== "kube-system") return undefined;
  if (name === "kubeadm-config") return source(object, kind, kubeadmRanges(at(object, "data", "ClusterConfiguration")));
  return name === "cilium-config" ? source(object, kind, ciliumRanges(at(object, "data"))) : undefined;
}

/** https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/: what of the pool each node has got. */
export function parseCiliumNode(object: Field, apiVersion: string): AddressSource {
  const ipam = at(object, "spec", "ipam");
  const pools = elements(at(ipam, "pools", "allocated")).flatMap((pool) => elements(at(pool, "cidrs")));
  const own = elements(at(object, "spec", "addresses"))
    .filter((entry) => text(at(entry, "type")) === "CiliumInternalIP")
    .map((entry) => at(entry, "ip"));
  const health = ["ipv4", "ipv6"].map((family) => at(object, "spec", "health", family));
  return source(
    object,
    { apiVersion, kind: "CiliumNode" },
    {
      podCidrs: [...elements(at(ipam, "podCIDRs")), ...pools].map((field) => parseCidrText(field)),
      deviceIps: [...own, ...health].flatMap((field) => canonicalAddress(text(field) ?? "") ?? []),
    },
  );
}

/** https://docs.tigera.io/calico/latest/reference/resources/ippool; addresses of tunnels come from there, too. */
export function parseIpPool(object: Field, apiVersion: string): AddressSource {
  return source(object, { apiVersion, kind: "IPPool" }, { podCidrs: [parseCidrText(at(object, "spec", "cidr"))] });
}

/** kubeadm.k8s.io ClusterConfiguration, as YAML in a text. */
function kubeadmRanges(configuration: Field): Told {
  const networking = at(parsedYaml(configuration), "networking");
  return {
    podCidrs: cidrsIn(at(networking, "podSubnet")),
    serviceCidrs: cidrsIn(at(networking, "serviceSubnet")),
  };
}

/** Only in this mode do the pools hand out anything. */
function ciliumRanges(settings: Field): Told {
  if (text(at(settings, "ipam")) !== "cluster-pool") return {};
  const pools = ["cluster-pool-ipv4-cidr", "cluster-pool-ipv6-cidr"];
  return { podCidrs: pools.flatMap((pool) => cidrsIn(at(settings, pool))) };
}

function parsedYaml(field: Field): Field {
  try {
    return { ...field, value: parse(text(field) ?? "", { maxAliasCount: MAX_ALIASES }) as unknown };
  } catch {
    throw new FieldFault(field, "expected YAML");
  }
}

/** One, or several parted by commas or blanks. */
function cidrsIn(field: Field): readonly string[] {
  const parts = (text(field) ?? "").split(/[\s,]+/u).filter((part) => part !== "");
  return parts.map((value) => parseCidrText({ ...field, value }));
}

function source(
  object: Field,
  kind: Pick<AddressSource, "apiVersion" | "kind">,
  { podCidrs = [], serviceCidrs = [], deviceIps = [] }: Told,
): AddressSource {
  return { type: "AddressSource", ...kind, metadata: parseMetadata(object), podCidrs, serviceCidrs, deviceIps };
}
