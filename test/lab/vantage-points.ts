import type { Sight } from "./judge.ts";
import { podNetwork } from "./network/addresses.ts";
import type { Truth } from "./truth.ts";

/** Where capture listens in the laboratory, and what passes there of each connection. */
export interface VantagePoint {
  readonly name: string;
  readonly node: "node1" | "node2";
  readonly interfaces: string;
  readonly sightOf: (truth: Truth) => Sight;
}

export const vantagePoints: readonly VantagePoint[] = [
  { name: "any interface of the first node", node: "node1", interfaces: "any", sightOf: onNode1 },
  {
    name: "the first node's uplink and pods by pattern",
    node: "node1",
    interfaces: "eth0,cali-*",
    // A pod's own interface is opened when it has been noticed; its connections pass the server's from the first on.
    sightOf: (truth) => (truth.scenario === "churn" ? "the server's side, perhaps the client's" : onNode1(truth)),
  },
  { name: "any interface of the second node", node: "node2", interfaces: "any", sightOf: onNode2 },
];

/** A process of the node itself is balanced before its first packet leaves: no packet shows the Service. */
function onNode1({ scenario }: Truth): Sight {
  return scenario === "from-the-host" ? "the server's side" : "both sides of NAT";
}

/** Service and NAT are the first node's; here only what came of it arrives. */
function onNode2({ asServer }: Truth): Sight {
  const { ip } = asServer.server;
  return ip.startsWith(`${podNetwork.node2}.`) || /^10\.9\d\.2\./u.test(ip) ? "the server's side" : "nothing";
}
