import { setTimeout as sleep } from "node:timers/promises";
import { ApiFault } from "../../cluster/api/api-fault.ts";
import type { ApiKind } from "../../cluster/api/api-kind.ts";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import { defaultPauses, type Pauses } from "../../cluster/api/watch-loop.ts";
import { ObjectWatch } from "../../cluster/api/object-watch.ts";

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
  /** Nodes by pod. */
  readonly #byPod = new Map<string, string>();
  #isKnown = false;
  /** The same nodes, as long as nothing has changed. */
  #nodes: ReadonlySet<string> | undefined;

  constructor(options: ReadyAgentsOptions) {
    this.#options = options;
  }

  /** Whether it is known that no agent is ready on this node. */
  isMissedOn(node: string): boolean {
    if (!this.#isKnown) return false;
    this.#nodes ??= new Set(this.#byPod.values());
    return !this.#nodes.has(node);
  }

  /** Until `signal` aborts, or nothing can be known. `onListed`: as much is known as will be for now. */
  async run(onListed: () => void, signal: AbortSignal): Promise<void> {
    const kind = await this.#podsOfAgents(onListed, signal);
    if (kind === undefined || signal.aborted) return onListed();
    const { connection, pauses } = this.#options;
    const know = (isKnown: boolean): void => {
      this.#isKnown = isKnown;
      onListed();
    };
    const watch = new ObjectWatch({
      connection,
      kind,
      ...(pauses && { pauses }),
      onPresent: (pod) => this.#note(pod as unknown as AgentPod),
      onGone: (key) => this.#drop(key),
      onListed: () => know(true),
      onFault: (fault) => know(fault === undefined),
    });
    await watch.run(signal);
    this.#isKnown = false;
  }

  /** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/, which every user may ask unless that was taken away. */
  async #podsOfAgents(onFault: () => void, signal: AbortSignal): Promise<ApiKind | undefined> {
    const { pauses: { missedMs } = defaultPauses } = this.#options;
    while (!signal.aborted) {
      try {
        return podsOf(await this.#reviewSelf(signal));
      } catch (error) {
        if (!(error instanceof ApiFault)) throw error;
        onFault();
        await sleep(missedMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  #reviewSelf(signal: AbortSignal): Promise<unknown> {
    const apiVersion = "authentication.k8s.io/v1";
    const path = `/apis/${apiVersion}/selfsubjectreviews`;
    const body = { apiVersion, kind: "SelfSubjectReview" };
    return this.#options.connection.send({ method: "POST", path, body }, IDLE_MS, signal);
  }

  #note({ metadata, spec, status }: AgentPod): void {
    const key = `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
    const isReady = status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
    this.#drop(key);
    if (isReady && metadata.deletionTimestamp === undefined && spec?.nodeName !== undefined)
      this.#byPod.set(key, spec.nodeName);
  }

  #drop(pod: string): void {
    this.#byPod.delete(pod);
    this.#nodes = undefined;
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
