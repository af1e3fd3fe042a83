import { outsideDns } from "../lab/dns-server.ts";
import { ofFamily } from "../lab/layout.ts";
import type { Layout, NodePlan, OutsidePlan, Program } from "../lab/plan.ts";
import { shopAddresses, shopNodePort } from "./addresses.ts";
import { program } from "./program.ts";
import type { Families } from "./families.ts";

export function shopNode(families: Families): NodePlan {
  return {
    name: "node-1",
    addresses: families(`${shopAddresses.node4}/24`, `${shopAddresses.node6}/64`),
    podCidrs: families("10.244.1.0/24", "fd00:10:244:1::/64"),
    serviceCidrs: families("10.96.0.0/16", "fd00:10:96::/112"),
    programs: (layout) => [kubelet(layout)],
  };
}

/** The world beyond the node: a DNS server, the payments API, customers, and a stranger who waits to be asked. */
export function shopOutside(families: Families): OutsidePlan {
  const { outsideDns: dns, payments, attacker, customer4, customer6, node4, node6 } = shopAddresses;
  return {
    gateways: families("192.168.50.1/24", "2001:db8:50::1/64"),
    addresses: [dns, payments, attacker, ...families<string>(customer4, customer6)],
    programs: [
      outsideDns(dns, { "api.payments.example": [payments] }),
      program("payments.ts", { name: "payments", role: "server" }, { listen: payments }),
      program("attacker.ts", { name: "attacker", role: "server" }, { listen: attacker }),
      ...families(customer("customer", customer4, node4), customer("customer-on-ipv6", customer6, node6)),
    ],
  };
}

function customer(name: string, from: string, node: string): Program {
  return program("customer.ts", { name, role: "client" }, { from, node, port: String(shopNodePort) });
}

function kubelet({ pods }: Layout): Program {
  const urls = pods.flatMap(({ addresses, workload: { probePath, ports } }) => {
    const port = ports[0]?.port;
    return probePath === undefined || port === undefined
      ? []
      : [`http://${ofFamily(4, addresses) ?? ""}:${port}${probePath}`];
  });
  return program("kubelet.ts", { name: "kubelet", role: "client" }, { probe: urls.join() });
}
