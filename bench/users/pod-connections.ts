import { FIRST_PORT, type Pair, PORTS } from "../traffic/short-connections.ts";
import { PODS_PER_WORKLOAD } from "../../test/api-server/large-pod.ts";
import { addressOf, WORKLOADS } from "./users.ts";

/** So many others each workload talks to: some of those of SimulatedTraffic. */
const PEERS = 4;

/** Connections of which one end is on the agent's own node: in turn the client's, and the server's. */
export function pairOf(index: number): Pair {
  const isClientHere = index % 2 === 0;
  const turn = Math.floor(index / 2);
  const client = turn % WORKLOADS;
  const rank = Math.floor(turn / WORKLOADS) % PEERS;
  const server = (client * 7 + rank * 3 + 1) % WORKLOADS;
  const elsewhere = turn % PODS_PER_WORKLOAD;
  return {
    client: addressOf(client, isClientHere ? 0 : elsewhere),
    clientPort: FIRST_PORT + (index % PORTS),
    server: addressOf(server, isClientHere ? elsewhere : 0),
  };
}
