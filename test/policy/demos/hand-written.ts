import type { NetworkPolicySpec } from "../../../src/cluster/objects.ts";
import type { EvaluatedPolicy } from "../../../src/policy/evaluate/compiled-policy.ts";
import { ONLINE_BOUTIQUE } from "./applications.ts";

/** Who may connect to which port of whom, as the policies under kustomize/components/network-policies/ say it. */
const MAY_CONNECT: Readonly<Record<string, readonly [port: number, from: readonly string[]]>> = {
  adservice: [9555, ["frontend"]],
  cartservice: [7070, ["frontend", "checkoutservice"]],
  checkoutservice: [5050, ["frontend"]],
  currencyservice: [7000, ["frontend", "checkoutservice"]],
  emailservice: [8080, ["checkoutservice"]],
  paymentservice: [50051, ["checkoutservice"]],
  productcatalogservice: [3550, ["frontend", "checkoutservice", "recommendationservice"]],
  recommendationservice: [8080, ["frontend"]],
  "redis-cart": [6379, ["cartservice"]],
  shippingservice: [50051, ["frontend", "checkoutservice"]],
};

/**
 * What people wrote for Online Boutique, in the words of that folder: everything is refused but what these let in, the
 * frontend lets everybody in, and every pod may connect to everything.
 */
export function boutiquePoliciesByHand(): readonly EvaluatedPolicy[] {
  const both = ["Ingress", "Egress"] as const;
  return [
    policy("deny-all", { podSelector: {}, policyTypes: both }),
    policy("frontend", { podSelector: app("frontend"), policyTypes: both, ingress: [{}], egress: [{}] }),
    policy("loadgenerator", { podSelector: app("loadgenerator"), policyTypes: ["Egress"], egress: [{}] }),
    ...Object.entries(MAY_CONNECT).map(([name, [port, clients]]) => {
      const from = clients.map((client) => ({ podSelector: app(client) }));
      const ingress = [{ from, ports: [{ port, protocol: "TCP" as const }] }];
      return policy(name, { podSelector: app(name), policyTypes: both, ingress, egress: [{}] });
    }),
  ];
}

function policy(name: string, spec: NetworkPolicySpec): EvaluatedPolicy {
  return { metadata: { namespace: ONLINE_BOUTIQUE.namespace, name }, spec };
}

function app(name: string) {
  return { matchLabels: { app: name } };
}
