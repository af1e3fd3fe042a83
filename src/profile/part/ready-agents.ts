import { ApiFault } from "../../cluster/api/api-fault.ts";
import type { ApiKind } from "../../cluster/api/api-kind.ts";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import type { Pauses } from "../../cluster/api/kind-watch.ts";
import { ObjectWatch } from "../../cluster/api/object-watch.ts";
import type { RawObject } from "../../cluster/api/read-api.ts";

const IDLE_MS = 5_000;
/** https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
const SERVICE_ACCOUNT = /^system:serviceaccount:(?<namespace>[^:]+):(?<name>[^:]+)$/u;

export interface ReadyAgentsOptions {
  readonly connection: ApiConnection;
  readonly pauses?: Pauses;
}

/**
 * On which nodes an agent is ready, by their pods: those of the service account under which this one asks itself. What
 * a node published counts on when its agent has gone, but nobody watches there now. Where this agent runs under no
 * service account, or may not ask who it is or read pods, nothing is known of the others.
 */
export class ReadyAgents {
  readonly #options: ReadyAgentsOptions;
  /** Nodes by pod; undefined as long as it is not known. */
  #nodes: Map<string, string> | undefined;

  constructor(options: ReadyAgentsOptions) {
    this.#options = options;
  }

  /** Whether it is known that no agent is ready on this node. */
  isMissedOn(node: string): boolean {
    return this.#nodes !== undefined && !this.#nodes.values().some((ready) => ready === node);
  }

  /** Until `signal` aborts, or nothing can be known. `onListed`: as much is known as will be for now. */
  async run(onListed: () => void, signal: AbortSignal): Promise<void> {
    const kind = await this.#podsOfAgents(signal);
    if (kind === undefined || signal.aborted) return onListed();
    const { connection, pauses } = this.#options;
    const nodes = new Map<string, string>();
    const watch = new ObjectWatch({
      connection,
      kind,
      ...(pauses && { pauses }),
      onPresent: (pod) => note(nodes, pod),
      onGone: (key) => nodes.delete(key),
      onListed: () => {
        this.#nodes = nodes;
        onListed();
      },
      onFault: (fault) => {
        this.#nodes = fault === undefined ? nodes : undefined;
        onListed();
      },
    });
    await watch.run(signal);
    this.#nodes = undefined;
  }

  /** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/, which every user may ask unless that was taken away. */
  async #podsOfAgents(signal: AbortSignal): Promise<ApiKind | undefined> {
    const apiVersion = "authentication.k8s.io/v1";
    const path = `/apis/${apiVersion}/selfsubjectreviews`;
    const body = { apiVersion, kind: "SelfSubjectReview" };
    try {
      return podsOf(await this.#options.connection.send({ method: "POST", path, body }, IDLE_MS, signal));
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return undefined;
    }
  }
}

function podsOf(review: unknown): ApiKind | undefined {
  const { status } = review as { readonly status?: { readonly userInfo?: { readonly username?: string } } };
  const { namespace, name } = SERVICE_ACCOUNT.exec(status?.userInfo?.username ?? "")?.groups ?? {};
  if (namespace === undefined || name === undefined) return undefined;
  return {
    apiVersion: "v1",
    kind: "Pod",
    resource: "pods",
    fieldSelector: `metadata.namespace=${namespace},spec.serviceAccountName=${name}`,
    fields: {
      metadata: { name: true, namespace: true, resourceVersion: true, deletionTimestamp: true },
      spec: { nodeName: true },
      status: { conditions: { type: true, status: true } },
    },
  };
}

interface AgentPod {
  readonly metadata: { readonly namespace?: string; readonly name?: string; readonly deletionTimestamp?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly conditions?: readonly { readonly type?: string; readonly status?: string }[] };
}

function note(nodes: Map<string, string>, object: RawObject): void {
  const { metadata, spec, status } = object as unknown as AgentPod;
  const key = `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
  const isReady = status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
  if (isReady && metadata.deletionTimestamp === undefined && spec?.nodeName !== undefined)
    nodes.set(key, spec.nodeName);
  else nodes.delete(key);
}
