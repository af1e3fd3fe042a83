import type { FlowEvent } from "../../src/flow/connection.ts";
import type { Random } from "../random.ts";

const PODS = 6;

/** A connection as capture tells it, and the edge of the map that it makes. */
export interface Told {
  readonly event: FlowEvent;
  /** `source|target|protocol|port`, as the graph has them. */
  readonly edge: string;
  /** An edge that no other connection makes, or one of those that come again and again. */
  readonly isNew: boolean;
}

/** What a small cluster does: a few edges all the time, and now and then one that was never there. */
export class ToldConnections {
  readonly #random: Random;
  #count = 0;
  #addresses = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(isNew: boolean): Told {
    const client = this.#random.below(PODS);
    const server = (client + 1 + this.#random.below(PODS - 1)) % PODS;
    const source = `workload/lab/Pod/pod-${client}`;
    if (!isNew)
      return this.#told(client, podIp(server), { edge: `${source}|workload/lab/Pod/pod-${server}|TCP|80`, isNew });
    const address = this.#addresses++;
    const ip = `203.${address >> 16}.${(address >> 8) & 255}.${address & 255}`;
    return this.#told(client, ip, { edge: `${source}|external/${ip}|TCP|443`, isNew });
  }

  #told(client: number, ip: string, what: Pick<Told, "edge" | "isNew">): Told {
    const nowUs = Date.now() * 1000;
    const id = `told-${this.#count++}`;
    const ends = {
      client: { ip: podIp(client), port: 1024 + (this.#count % 60_000) },
      server: { ip, port: what.isNew ? 443 : 80 },
    };
    const bytes = { toServer: 1, toClient: 2, exact: true };
    const rest = { outcome: "established", bytes, startUs: nowUs - 1000, endUs: nowUs, nat: [] } as const;
    return { event: { kind: "closed", connection: { id, protocol: "TCP", ...ends, ...rest } }, ...what };
  }
}

/** The pods, as kubectl would print them. */
export const clusterYaml = `apiVersion: v1\nkind: List\nitems:${Array.from({ length: PODS }, (_, n) => podYaml(n)).join("")}\n`;

export const podPaths: readonly string[] = Array.from({ length: PODS }, (_, n) => `lab/pod/pod-${n}`);

function podIp(index: number): string {
  return `10.1.1.${index + 1}`;
}

function podYaml(index: number): string {
  const [name, ip] = [`pod-${index}`, podIp(index)];
  return `
- apiVersion: v1
  kind: Pod
  metadata: { name: ${name}, namespace: lab, uid: ${name}, creationTimestamp: "2024-01-01T00:00:00Z", labels: { app: ${name} } }
  spec: { nodeName: node }
  status: { phase: Running, podIP: ${ip}, podIPs: [{ ip: ${ip} }], startTime: "2024-01-01T00:00:00Z" }`;
}
