import type { Schema } from "../../../api-server/schema/schema.ts";
import { choice, type Definition, fields, integer, labelSelector, list, text } from "./definition.ts";

/**
 * clusternetworkpolicies.policy.networking.k8s.io, v1alpha2, in our own words: all of the standard channel.
 * kubernetes-sigs/network-policy-api, config/crd/standard at 196cf8e0 (bundle v0.1.7).
 */
const selector = labelSelector(text(), text());
const pods = fields({ namespaceSelector: selector, podSelector: selector }, { required: ["podSelector"] });
const ONE: Schema = { minProperties: 1, maxProperties: 1 };

const network = text({
  maxLength: 43,
  "x-kubernetes-validations": [{ rule: "isCIDR(self)", message: "Invalid CIDR format provided" }],
});
const networks = list(network, { minItems: 1, maxItems: 25, "x-kubernetes-list-type": "set" });

const range = fields(
  { start: integer(1, 65_535), end: integer(1, 65_535) },
  {
    required: ["start", "end"],
    "x-kubernetes-validations": [{ rule: "self.start < self.end", message: "Start port must be less than End port" }],
  },
);
const byPort = fields({ destinationPort: fields({ number: integer(1, 65_535), range }, ONE) }, { minProperties: 1 });
const protocol = fields({ tcp: byPort, udp: byPort, sctp: byPort, destinationNamedPort: text() }, ONE);

function rules(way: "from" | "to"): Schema {
  const peer = fields({ namespaces: selector, pods, ...(way === "to" && { networks }) }, ONE);
  const rule = fields(
    {
      name: text({ maxLength: 100 }),
      action: choice("Accept", "Deny", "Pass"),
      [way]: list(peer, { minItems: 1, maxItems: 25 }),
      protocols: list(protocol, { minItems: 1, maxItems: 25 }),
    },
    { required: ["action", way] },
  );
  return list(rule, { maxItems: 25 });
}

export const CLUSTER_DEFINITION: Definition = {
  group: "policy.networking.k8s.io",
  version: "v1alpha2",
  kind: "ClusterNetworkPolicy",
  plural: "clusternetworkpolicies",
  scope: "Cluster",
  spec: fields(
    {
      tier: choice("Admin", "Baseline"),
      priority: integer(0, 1000),
      subject: fields({ namespaces: selector, pods }, ONE),
      ingress: rules("from"),
      egress: rules("to"),
    },
    { required: ["priority", "subject", "tier"] },
  ),
};
