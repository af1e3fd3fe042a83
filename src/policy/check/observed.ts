import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { Flow, Party } from "../../cluster/flow.ts";
import type { Outcome } from "../../flow/connection.ts";
import type { PodIdentity } from "../../cluster/identity.ts";
import { type End, podEnd } from "../evaluate/end.ts";
import { type EndFinder, indexEnds } from "../evaluate/find-end.ts";
import type { Question } from "../evaluate/verdict.ts";

/** What a connection asks of policies; or why it asks nothing that can be answered. */
export type Observed =
  | { readonly kind: "asks"; readonly questions: readonly Question[] }
  | { readonly kind: "unknown"; readonly reason: string }
  /** It came to nothing, so that no policy can break it. */
  | { readonly kind: "failed" };

/** Those that were there before the capture began are as real as those whose handshake was seen. */
const LIVED: ReadonlySet<Outcome> = new Set(["established", "inferred"]);

/** Turns identified connections into questions; of a Service whose backend was not seen, one for each backend. */
export class ObservedQuestions {
  readonly #cluster: ClusterState;
  readonly #ends: EndFinder;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
    this.#ends = indexEnds(cluster);
  }

  of({ connection, client, servers }: Flow): Observed {
    const { outcome, direction, protocol } = connection;
    if (!LIVED.has(outcome)) return { kind: "failed" };
    if (direction === "unknown") return { kind: "unknown", reason: "who opened them was not seen" };
    const from = this.#endOf(client);
    if (typeof from === "string") return { kind: "unknown", reason: from };
    const questions: Question[] = [];
    for (const server of servers) {
      const to = this.#endOf(server);
      if (typeof to === "string") return { kind: "unknown", reason: to };
      if (server.port === undefined) return { kind: "unknown", reason: "the port behind a Service is not known" };
      questions.push({ from, to, port: server.port, protocol });
    }
    return { kind: "asks", questions };
  }

  #endOf({ identity, ip }: Party): End | string {
    switch (identity.kind) {
      case "external":
        return { kind: "address", ip, node: undefined };
      case "host":
        return { kind: "address", ip, node: identity.node };
      case "unresolved":
        return identity.reason;
      case "pod":
        return this.#podEnd(identity, ip);
    }
  }

  /** A pod that has gone is judged by another of its workload, which bears the same labels; else the reason. */
  #podEnd({ workload, pod }: PodIdentity, ip: string): End | string {
    const own = this.#ends.find(`${workload.namespace}/${pod}`);
    if (own !== undefined) return own;
    const [other] = this.#cluster.podsOf(workload);
    if (other === undefined) return `pod ${workload.namespace}/${pod} has gone, and so has its workload`;
    return { ...podEnd(other), name: pod, ips: [ip] };
  }
}
