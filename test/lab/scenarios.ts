import type { Endpoint, Outcome } from "../../src/flow/connection.ts";
import type { Load, Manner } from "./load.ts";
import { type Pod, addresses, pod } from "./network/addresses.ts";
import type { Service } from "./network/service-rules.ts";
import { type Tunnel, podAddress } from "./network/tunnels.ts";

export const pods = {
  client: pod("client", 1, 2),
  serverA: pod("server-a", 1, 3),
  serverB: pod("server-b", 1, 4),
  /** Takes every packet and says nothing. */
  quiet: pod("quiet", 1, 5),
  far: pod("far", 2, 3),
} as const;

/** Gives each load ports of its own. */
class Ports {
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  take(count: number): number {
    const first = this.#next;
    this.#next += count;
    return first;
  }
}

/** A pod, or the world, and what its clients do. */
export interface Party {
  readonly where: string;
  readonly loads: readonly Load[];
}

const inTurn: readonly Manner[] = ["orderly", "server closes first", "orderly", "client resets"];
const ports = {
  clusterIp: 8001,
  clusterIpV6: 8002,
  nodePort: 8003,
  nodePortLocal: 8004,
  hairpin: 8005,
  endings: 8006,
  fromHost: 8007,
  far: 8008,
  churn: 8009,
  statsd: 8125,
  dns: 5353,
  /** Nobody listens. */
  closed: 8100,
  /** Whose answers the client never gets. */
  unheard: 8101,
  /** Of these, many, so that no server is asked by too many at once to be believed by its silence. */
  longLived: Array.from({ length: 16 }, (_, n) => 8200 + n),
} as const;

/** What servers listen on: arguments of programs/server.ts. */
export function listensOn({ v4 }: Pod): readonly string[] {
  const { statsd, dns, closed: _, longLived, ...single } = ports;
  const tcp = [...Object.values(single), ...longLived].map((port) => `TCP:${port}`);
  return [...tcp, `UDP:${statsd}:${v4}`, `DNS:${dns}:${v4}`];
}

const { client, serverA, serverB, quiet, far } = pods;

export const services: readonly Service[] = [
  service("10.96.0.1", 80, [serverA, serverB], ports.clusterIp),
  service("fd96::1", 80, [serverA, serverB], ports.clusterIpV6),
  { ...service("10.96.0.3", 80, [serverA, far], ports.nodePort), nodePort: 30_003 },
  { ...service("10.96.0.4", 80, [serverA], ports.nodePortLocal), nodePort: 30_004, isLocal: true },
  service("10.96.0.5", 80, [serverA], ports.hairpin),
  service("10.96.0.6", 80, [serverA], ports.closed),
  service("10.96.0.7", 80, [], 0),
  service("10.96.0.8", 80, [serverA, far], ports.fromHost),
  service("10.96.0.9", 80, [serverA, serverB], ports.churn),
  { ...service("10.96.0.10", 53, [serverA, serverB], ports.dns), protocol: "UDP" },
  { ...service("10.96.0.11", 8125, [serverA, far], ports.statsd), protocol: "UDP" },
];

/** The client's netfilter drops what this port answers: the node sees the answer, the client does not. */
export const deafClient = `table ip deaf { chain input { type filter hook input priority 0; tcp sport ${ports.unheard} drop; }; }`;
export const quietPod =
  "table inet quiet { chain input { type filter hook input priority 0; meta l4proto { tcp, udp } drop; }; }";

/**
 * What stays open comes first, by itself: silence after a SYN+ACK is no proof while more than two thousand
 * connections are unproven, and a client on a machine that is busy otherwise makes as many in one go.
 */
export function longLivedCallers(): readonly Party[] {
  const own = new Ports(45_000);
  const each = Math.ceil(1_000 / ports.longLived.length);
  const loads = ports.longLived.map((port, n) => ({
    ...load(own, "stays-open", client.v4, { ip: serverA.v4, port }, each),
    firstNumber: n * each,
    manners: ["stays open" as const],
    perSecond: 30,
  }));
  return [{ where: client.name, loads }];
}

/** What comes and goes, all at once. */
export function callers(tunnels: readonly Tunnel[]): readonly Party[] {
  const fromClient = new Ports(20_000);
  const world = new Ports(20_000);
  const own = new Ports(20_000);
  const host = new Ports(50_000); // a NodePort's client has the node's address too, and keeps its port if it can
  return [
    {
      where: client.name,
      loads: [
        ...toServices(fromClient),
        ...endings(fromClient),
        ...overUdp(fromClient),
        ...tunnels.map((tunnel) => through(tunnel, fromClient)),
      ],
    },
    { where: serverA.name, loads: [load(own, "hairpin", serverA.v4, { ip: "10.96.0.5", port: 80 })] },
    {
      where: "world",
      loads: [
        load(world, "nodeport-cluster", addresses.world.v4, { ip: addresses.node1.v4, port: 30_003 }),
        load(world, "nodeport-local", addresses.world.v4, { ip: addresses.node1.v4, port: 30_004 }),
      ],
    },
    {
      where: "node1",
      loads: [load(host, "from-the-host", addresses.node1.v4, { ip: "10.96.0.8", port: 80 })],
    },
  ];
}

/** What fails comes last: attempts that hang in the air make every silence doubtful. */
export function failingCallers(): readonly Party[] {
  return [{ where: client.name, loads: failures(new Ports(40_000)) }];
}

/** For some seconds as many new connections as a crowded node sees. */
export const manyAtOnce: Load = {
  ...load(new Ports(10_000), "many-at-once", client.v4, { ip: "10.96.0.1", port: 80 }, 10_000),
  perSecond: 2_000,
  manners: ["orderly", "server closes first"],
};

/** What a pod does that comes, connects and goes: always from the same ports, so that the next of its address uses them anew. */
export function churnLoad({ v4 }: Pod, { number, count }: { readonly number: number; readonly count: number }): Load {
  const base = load(new Ports(20_000), "churn", v4, { ip: "10.96.0.9", port: 80 }, count);
  return { ...base, firstNumber: number * count, manners: ["orderly", "server closes first"] };
}

function toServices(own: Ports): readonly Load[] {
  return [
    load(own, "clusterip", client.v4, { ip: "10.96.0.1", port: 80 }),
    load(own, "clusterip-v6", client.v6, { ip: "fd96::1", port: 80 }),
  ];
}

function endings(own: Ports): readonly Load[] {
  const manners: readonly Manner[] = [
    "orderly",
    "server closes first",
    "client resets",
    "server resets",
    "half-closed",
    "stays half-closed",
  ];
  return [{ ...load(own, "endings", client.v4, { ip: serverB.v4, port: ports.endings }), manners }];
}

function failures(own: Ports): readonly Load[] {
  const fails = (scenario: string, to: Endpoint, outcome: Outcome, server?: Endpoint): Load => ({
    ...load(own, scenario, client.v4, to),
    manners: [outcome === "refused" ? "is refused" : "is ignored"],
    failure: { outcome, ...(server !== undefined && { server }) },
  });
  return [
    fails("refused", { ip: serverA.v4, port: ports.closed }, "refused"),
    fails("refused-behind-clusterip", { ip: "10.96.0.6", port: 80 }, "refused", {
      ip: serverA.v4,
      port: ports.closed,
    }),
    fails("no-endpoints", { ip: "10.96.0.7", port: 80 }, "refused"),
    fails("unanswered", { ip: quiet.v4, port: 80 }, "unanswered"),
    fails("unheard", { ip: serverA.v4, port: ports.unheard }, "half-open"),
    { ...fails("udp-ignored", { ip: quiet.v4, port: ports.statsd }, "unanswered"), protocol: "UDP" },
    { ...fails("udp-refused", { ip: serverB.v4, port: ports.closed }, "refused"), protocol: "UDP" },
  ];
}

function overUdp(own: Ports): readonly Load[] {
  const udp = (scenario: string, to: Endpoint, manner: Manner): Load => ({
    ...load(own, scenario, client.v4, to),
    protocol: "UDP",
    manners: [manner],
  });
  return [
    udp("udp-dns", { ip: "10.96.0.10", port: 53 }, "query"),
    udp("udp-statsd", { ip: "10.96.0.11", port: 8125 }, "converse"),
  ];
}

function through(tunnel: Tunnel, own: Ports): Load {
  const straight = load(own, tunnel.name, podAddress(tunnel, 1), { ip: podAddress(tunnel, 2), port: ports.far });
  // A tunnel that is a process delivers resets out of order; they are of `endings`.
  return { ...straight, manners: ["orderly", "server closes first"] };
}

function load(own: Ports, scenario: string, from: string, to: Endpoint, count = 1_000): Load {
  const base = { scenario, protocol: "TCP" as const, from, firstPort: own.take(count), to, count };
  return { ...base, perSecond: 120, manners: inTurn };
}

function service(ip: string, port: number, behind: readonly Pod[], targetPort: number): Service {
  const backends = behind.map((each) => ({ ip: ip.includes(":") ? each.v6 : each.v4, port: targetPort }));
  return { ip, port, protocol: "TCP", backends };
}
