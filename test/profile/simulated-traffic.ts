import type { Connection } from "../../src/flow/connection.ts";
import { podAddress, PODS_PER_WORKLOAD } from "../api-server/large-pod.ts";
import { Random } from "../random.ts";

/** Each workload talks to so many others, and to so many addresses outside; some of them seldom. */
const PEERS = 4;
const OUTSIDE = 3;

export interface Span {
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** Connections between the pods of largeCluster() and with the outside, each begun and ended at once. */
export class SimulatedTraffic {
  readonly #pods: number;
  readonly #random = new Random(7);
  #ids = 0;

  constructor(pods: number) {
    this.#pods = pods;
  }

  /** So many of each pod within a span of time; of a fraction, it is by chance. */
  *connections(ofEach: number, span: Span): Generator<Connection> {
    for (let pod = 0; pod < this.#pods; pod += 1) {
      const count = Math.floor(ofEach + this.#random.next());
      for (let one = 0; one < count; one += 1) yield this.#connectionOf(pod, span);
    }
  }

  /** The further down its list a peer is, the more seldom it is asked: by halves. */
  #connectionOf(pod: number, { fromMs, lengthMs }: Span): Connection {
    const workload = Math.floor(pod / PODS_PER_WORKLOAD);
    const rank = Math.min(PEERS + OUTSIDE - 1, Math.floor(-Math.log2(1 - this.#random.next())));
    const peer = (workload * 7 + rank * 3 + 1) % Math.ceil(this.#pods / PODS_PER_WORKLOAD);
    const place = peer * PODS_PER_WORKLOAD + this.#random.below(PODS_PER_WORKLOAD);
    const inside = podAddress(Math.min(this.#pods - 1, place));
    const server = rank < PEERS ? inside : `203.0.113.${(workload * OUTSIDE + rank) % 256}`;
    const startUs = (fromMs + this.#random.below(Math.ceil(lengthMs))) * 1000;
    return {
      id: String(this.#ids++),
      protocol: "TCP",
      client: { ip: podAddress(pod), port: 40_000 },
      server: { ip: server, port: rank < PEERS ? 8080 : 443 },
      outcome: "established",
      bytes: { toServer: 1_000, toClient: 10_000, exact: true },
      startUs,
      endUs: startUs + 1_000,
      nat: [],
    };
  }
}
