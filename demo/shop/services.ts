import type { ServicePlan } from "../lab/plan.ts";
import { shopAddresses, shopNodePort } from "./addresses.ts";
import type { Families } from "./families.ts";

export function shopServices(families: Families): readonly ServicePlan[] {
  return [
    {
      namespace: "kube-system",
      name: "kube-dns",
      selector: { "k8s-app": "kube-dns" },
      clusterIps: [shopAddresses.clusterDns],
      ports: [
        { name: "dns", protocol: "UDP", port: 53, targetPort: 53 },
        { name: "dns-tcp", protocol: "TCP", port: 53, targetPort: 53 },
      ],
    },
    {
      namespace: "shop",
      name: "javaapp",
      selector: { app: "javaapp" },
      clusterIps: families("10.96.20.1", "fd00:10:96::2001"),
      ports: [
        { name: "http", protocol: "TCP", port: 80, targetPort: 8080, nodePort: shopNodePort },
        // Nothing listens there: what calls it is refused.
        { name: "management", protocol: "TCP", port: 8081, targetPort: 8081 },
      ],
    },
    {
      namespace: "data",
      name: "db",
      selector: { app: "db" },
      clusterIps: families("10.96.30.1", "fd00:10:96::3001"),
      ports: [{ name: "redis", protocol: "TCP", port: 6379, targetPort: 6379 }],
    },
  ];
}
