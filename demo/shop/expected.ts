import { shopAddresses } from "./addresses.ts";

/** What javaapp does all the time, as ids of edges: what a demo waits for, and a test asks for. */
export const javaappEdges: readonly string[] = [
  "ingress|workload/shop/Deployment/jclient|TCP|8080",
  `ingress|external/${shopAddresses.customer4}|TCP|8080`,
  "egress|workload/kube-system/Deployment/coredns|UDP|53",
  "egress|workload/data/StatefulSet/db|TCP|6379",
  `egress|external/${shopAddresses.payments}|TCP|80`,
];
