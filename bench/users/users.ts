/** Who asks in the benchmark, and of which cluster: the API server and the askers are processes of their own and both know them. */
import { podAddress, PODS_PER_WORKLOAD, workloadName } from "../../test/api-server/large-pod.ts";

export const NODES = 20;
export const PODS = 600;
export const WORKLOADS = PODS / PODS_PER_WORKLOAD;
/** Where the agent runs that is asked. */
export const OWN_NODE = "node-00000";

const USERS = 50;
/** Of five users two see one namespace only. */
const SEES_ALL = [true, true, false, true, false];

export interface User {
  readonly name: string;
  readonly token: string;
  /** The only one that he sees; undefined for all. */
  readonly namespace: string | undefined;
  /** Users come from different machines. */
  readonly address: string;
  /** A page keeps its connection; a command makes one for each question. */
  readonly keepsConnection: boolean;
}

export const users: readonly User[] = Array.from({ length: USERS }, (_, place) => ({
  name: `user-${place}`,
  token: `token-of-user-${place}`,
  namespace: SEES_ALL[place % SEES_ALL.length] === true ? undefined : workloadName(place % WORKLOADS).namespace,
  address: `192.0.2.${100 + place}`, // RFC 5737
  keepsConnection: place % 2 === 0,
}));

/** Of the pods of one workload each stands on another node, and the first on the agent's own. */
export function addressOf(workload: number, pod: number): number {
  const [first, ...rest] = podAddress(workload * PODS_PER_WORKLOAD + pod)
    .split(".")
    .map(Number) as [number];
  return rest.reduce((address, octet) => address * 256 + octet, first);
}
