import type { LabPlan } from "../lab/plan.ts";
import type { Families } from "./families.ts";
import { shopNode, shopOutside } from "./machines.ts";
import { shopServices } from "./services.ts";
import { coredns, database, javaapp, jclient } from "./workloads.ts";

/**
 * The shop of the demo, after the Log4Shell story: jclient calls javaapp, javaapp asks a database in another
 * namespace and a payments API outside, and a customer outside comes in by the NodePort. With IPv6, every
 * other jclient and a second customer use it.
 */
export function shop(families: Families): LabPlan {
  return {
    node: shopNode(families),
    outside: shopOutside(families),
    workloads: [coredns, jclient(families), javaapp, database],
    services: shopServices(families),
  };
}
