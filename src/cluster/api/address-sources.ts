import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterChange } from "../cluster-change.ts";
import { FieldFault, rootField } from "../object/field.ts";
import { parseObjects } from "../object/parse-object.ts";
import type { KubernetesObject } from "../objects.ts";
import { Reading } from "../reading.ts";
import { ApiFault } from "./api-fault.ts";
import type { ApiKind } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { listKind } from "./read-api.ts";

/** Something that tells where addresses come from: one object, or all of a kind. No cluster has all of them. */
type Source = { readonly what: string; readonly path: string } | { readonly what: string; readonly kind: ApiKind };

const CONFIG_MAPS = "/api/v1/namespaces/kube-system/configmaps";

export const ADDRESS_SOURCES: readonly Source[] = [
  { what: "configmap kube-system/kubeadm-config", path: `${CONFIG_MAPS}/kubeadm-config` },
  { what: "configmap kube-system/cilium-config", path: `${CONFIG_MAPS}/cilium-config` },
  {
    what: "ciliumnodes.cilium.io",
    kind: { apiVersion: "cilium.io/v2", kind: "CiliumNode", resource: "ciliumnodes" },
  },
  {
    what: "ippools.crd.projectcalico.org",
    kind: { apiVersion: "crd.projectcalico.org/v1", kind: "IPPool", resource: "ippools" },
  },
];

/** Kubernetes supports five thousand nodes; of more objects the rest is left out, and said to be. */
const MOST_OBJECTS = 10_000;
const IDLE_MS = 30_000;

export interface SourcePauses {
  readonly againMs: number;
  /** After a round in which the server did not answer. */
  readonly failedMs: number;
}

/** Ranges change when somebody sets up a cluster anew; a node's, when it joins. */
export const defaultSourcePauses: SourcePauses = { againMs: 3_600_000, failedMs: 60_000 };

export interface AddressSourcesOptions {
  readonly connection: ApiConnection;
  readonly pauses: SourcePauses;
  readonly onChanges: (changes: readonly ClusterChange[]) => void;
  /** Each time: a source that may not be read, is not what it should be, or has too much in it. */
  readonly onProblem: (source: string, problem: string) => void;
}

/**
 * Reads once and then seldom what tells ranges beside Nodes and ServiceCIDRs. None of it is needed: what may not be read
 * or is not there leaves the ranges as they are otherwise known, and what can't be read just now as they were.
 */
export class AddressSources {
  readonly #options: AddressSourcesOptions;
  readonly #readings = new Map(ADDRESS_SOURCES.map((source) => [source, new Reading()]));

  constructor(options: AddressSourcesOptions) {
    this.#options = options;
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { againMs, failedMs } = this.#options.pauses;
    while (!signal.aborted) {
      const isAnswered = await this.#readAll(signal);
      const pauseMs = (isAnswered ? againMs : failedMs) * (0.5 + Math.random());
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #readAll(signal: AbortSignal): Promise<boolean> {
    const { connection, onChanges, onProblem } = this.#options;
    let isAnswered = true;
    for (const [source, reading] of this.#readings) {
      const objects = await readSource(connection, source, { onProblem, signal });
      if (signal.aborted) return true;
      if (objects === undefined) isAnswered = false;
      else onChanges(reading.next(objects));
    }
    return isAnswered;
  }
}

export interface ReadSourceOptions {
  readonly onProblem: AddressSourcesOptions["onProblem"];
  readonly signal: AbortSignal;
}

/** None where there is none, or it may not be read; undefined where the server did not answer. */
export async function readSource(
  connection: ApiConnection,
  source: Source,
  { onProblem, signal }: ReadSourceOptions,
): Promise<readonly KubernetesObject[] | undefined> {
  const objects: KubernetesObject[] = [];
  const take = (raw: object): void => {
    if (objects.length >= MOST_OBJECTS)
      return onProblem(source.what, `more than ${MOST_OBJECTS}; the rest is left out`);
    objects.push(...parsed(raw, (problem) => onProblem(source.what, problem)));
  };
  try {
    if ("path" in source)
      take((await connection.send({ method: "GET", path: source.path }, IDLE_MS, signal)) as object);
    else
      await listKind(connection, source.kind, (page) => page.forEach((raw) => take(named(raw, source.kind))), signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof ApiFault)) throw error;
    if (!error.isForGood) return undefined;
    if (!error.isUnknownKind) onProblem(source.what, error.message);
  }
  return objects;
}

/** Items of a list name no kind of their own. */
function named(raw: object, { apiVersion, kind }: ApiKind): object {
  return { ...raw, apiVersion, kind };
}

/** One that is not what it should be is left out, and no other with it. */
function parsed(raw: object, onProblem: (problem: string) => void): readonly KubernetesObject[] {
  try {
    return parseObjects(rootField(raw));
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    onProblem(error.message);
    return [];
  }
}
