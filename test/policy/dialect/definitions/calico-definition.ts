import type { Schema } from "../../../api-server/schema/schema.ts";
import { choice, type Definition, fields, list, text } from "./definition.ts";

/**
 * networkpolicies.projectcalico.org, v3, in our own words: the fields that weir writes, with every limit that the
 * published definition sets them. projectcalico/calico, api/config/crd/projectcalico.org_networkpolicies.yaml at
 * 0336f06d. What calicoctl and Calico's API server refuse beyond it, libcalico-go/lib/validator/v3/validator.go, is
 * here as rules: networks of two families in one rule, ports without a protocol that has them, ports out of range.
 */
const selector = text({ maxLength: 1024 });

const port: Schema = {
  "x-kubernetes-int-or-string": true,
  "x-kubernetes-validations": [
    {
      rule:
        "type(self) == int ? self >= 1 && self <= 65535 : self.matches('^[1-9][0-9]{0,4}:[1-9][0-9]{0,4}$') && " +
        "int(self.split(':')[0]) <= int(self.split(':')[1]) && int(self.split(':')[1]) <= 65535",
      message: "port range invalid",
    },
  ],
};

const entity = fields(
  {
    selector,
    namespaceSelector: selector,
    nets: list(text({ format: "cidr" }), { maxItems: 256, "x-kubernetes-list-type": "set" }),
    ports: list(port, { maxItems: 50 }),
  },
  {
    "x-kubernetes-validations": [
      {
        rule: "!has(self.nets) || self.nets.all(net, net.contains(':')) || !self.nets.exists(net, net.contains(':'))",
        message: "rule contains both IPv4 and IPv6 CIDRs",
      },
      {
        rule: "!has(self.selector) || !self.selector.contains('global(')",
        message: "global() can only be used in a namespaceSelector",
      },
    ],
  },
);

const rule = fields(
  {
    action: choice("Allow", "Deny", "Log", "Pass"),
    protocol: choice("TCP", "UDP", "SCTP"),
    source: entity,
    destination: entity,
  },
  {
    required: ["action"],
    "x-kubernetes-validations": [
      {
        rule: "!has(self.destination) || !has(self.destination.ports) || has(self.protocol)",
        message: "protocol does not support ports",
      },
    ],
  },
);

export const CALICO_DEFINITION: Definition = {
  group: "projectcalico.org",
  version: "v3",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  scope: "Namespaced",
  spec: fields(
    {
      selector,
      types: list(choice("Ingress", "Egress"), { minItems: 1, maxItems: 2, "x-kubernetes-list-type": "set" }),
      ingress: list(rule, { maxItems: 1024 }),
      egress: list(rule, { maxItems: 1024 }),
    },
    {
      "x-kubernetes-validations": [
        { rule: "!has(self.selector) || !self.selector.contains('global(')", message: "global() can't be used here" },
      ],
    },
  ),
};
