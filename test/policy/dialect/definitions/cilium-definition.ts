import type { Schema } from "../../../api-server/schema/schema.ts";
import { choice, type Definition, exactlyOne, fields, integer, labelSelector, list, text } from "./definition.ts";

/**
 * ciliumnetworkpolicies.cilium.io, v2, in our own words: the fields that weir writes, with every limit that the published
 * definition sets them. cilium/cilium, pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml at 02904c9b.
 * The rules are what Cilium's agent refuses beyond it: pkg/policy/api/rule_validation.go at 005aed24.
 */
const labelValue = text({ maxLength: 63, pattern: "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$" });
const endpoint = labelSelector(labelValue, choice("In", "NotIn", "Exists", "DoesNotExist"));

const entity = choice(
  "all",
  "world",
  "cluster",
  "host",
  "init",
  "ingress",
  "unmanaged",
  "remote-node",
  "health",
  "none",
  "kube-apiserver",
);

/** The published pattern says the same in a way that takes some readers forever. */
const domainName = text({ maxLength: 255, pattern: "^[-a-zA-Z0-9_]+([.][-a-zA-Z0-9_]+)*[.]?$" });
const domainPattern = text({ maxLength: 255, pattern: "^[-a-zA-Z0-9_*]+([.][-a-zA-Z0-9_*]+)*[.]?$" });
const domain = fields({ matchName: domainName, matchPattern: domainPattern }, exactlyOne("matchName", "matchPattern"));

const port: Schema = fields(
  {
    port: text({ pattern: "^[0-9]{1,5}$" }),
    endPort: integer(0, 65_535),
    protocol: choice("TCP", "UDP", "SCTP", "VRRP", "IGMP", "ANY"),
  },
  {
    required: ["port"],
    "x-kubernetes-validations": [
      { rule: "int(self.port) <= 65535", message: "unable to parse port" },
      { rule: "!has(self.endPort) || self.endPort >= int(self.port)", message: "the range ends before it begins" },
    ],
  },
);

const portRule: Schema = fields(
  { ports: list(port, { maxItems: 40 }), rules: fields({ dns: list(domain) }, exactlyOne("dns")) },
  {
    "x-kubernetes-validations": [
      {
        rule: "!has(self.rules) || self.ports.all(port, !has(port.endPort))",
        message: "DNS rules do not support port ranges",
      },
      {
        rule: "!has(self.rules) || (size(self.ports) > 0 && self.ports.all(port, port.port != '0'))",
        message: "DNS rules need a port",
      },
    ],
  },
);

const cidr = text({ format: "cidr" });
const cidrSet = fields({ cidr, except: list(cidr) }, { required: ["cidr"] });

const ONE_PEER = "combining them is not supported yet";

function onePeer(...names: readonly string[]): Schema {
  const pairs = names.flatMap((name, at) => names.slice(at + 1).map((other) => [name, other] as const));
  const rules = pairs.map(([one, other]) => ({ rule: `!has(self.${one}) || !has(self.${other})`, message: ONE_PEER }));
  return { "x-kubernetes-validations": rules };
}

const ingress = fields(
  {
    fromEndpoints: list(endpoint),
    fromEntities: list(entity),
    fromCIDR: list(cidr),
    fromCIDRSet: list(cidrSet),
    toPorts: list(portRule, {
      "x-kubernetes-validations": [
        { rule: "self.all(one, !has(one.rules))", message: "DNS rules are not allowed on ingress" },
      ],
    }),
  },
  onePeer("fromEndpoints", "fromEntities", "fromCIDR", "fromCIDRSet"),
);

const egress = fields(
  {
    toEndpoints: list(endpoint),
    toEntities: list(entity),
    toCIDR: list(cidr),
    toCIDRSet: list(cidrSet),
    toFQDNs: list(domain),
    toPorts: list(portRule),
  },
  onePeer("toEndpoints", "toEntities", "toCIDR", "toCIDRSet", "toFQDNs"),
);

export const CILIUM_DEFINITION: Definition = {
  group: "cilium.io",
  version: "v2",
  kind: "CiliumNetworkPolicy",
  plural: "ciliumnetworkpolicies",
  scope: "Namespaced",
  spec: fields(
    { description: text(), endpointSelector: endpoint, ingress: list(ingress), egress: list(egress) },
    { required: ["endpointSelector"], anyOf: [{ required: ["ingress"] }, { required: ["egress"] }] },
  ),
};
