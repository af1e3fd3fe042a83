import type { KubernetesObject } from "../objects.ts";
import { FieldFault, rootField } from "../object/field.ts";
import { parseObjects } from "../object/parse-object.ts";
import { ADDRESS_SOURCES, readSource } from "./address-sources.ts";
import { ApiFault } from "./api-fault.ts";
import { API_KINDS, type ApiKind } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { listKind } from "./read-api.ts";

export interface ReadOptions {
  /** Something of the cluster is missing in what comes: a kind that may not be read, an object that can't be. */
  readonly onMissed: (problem: string) => void;
  readonly signal: AbortSignal;
}

/** The cluster's state once, kind by kind. Throws ApiFault where the server can't be read, or its pods may not be. */
export async function readCluster(
  connection: ApiConnection,
  { onMissed, signal }: ReadOptions,
): Promise<readonly KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const kind of API_KINDS) {
    try {
      const onObjects = (page: readonly object[]): void => {
        for (const raw of page) objects.push(...parsed(raw, kind, onMissed));
      };
      await listKind(connection, kind, onObjects, signal);
    } catch (error) {
      if (!(error instanceof ApiFault) || !error.isForGood || kind.kind === "Pod") throw error;
      if (!error.isUnknownKind || kind.isOptional !== true)
        onMissed(`${kind.resource} may not be read: ${error.message}`);
    }
  }
  for (const source of ADDRESS_SOURCES) {
    // What nobody needs and may not read is not worth a line.
    const found = await readSource(connection, source, { onProblem: () => undefined, signal });
    if (found === undefined) onMissed(`${source.what} can't be read`);
    else objects.push(...found);
  }
  return objects;
}

function parsed(
  raw: object,
  { apiVersion, kind }: ApiKind,
  onMissed: (problem: string) => void,
): readonly KubernetesObject[] {
  try {
    return parseObjects(rootField({ ...raw, apiVersion, kind }));
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    onMissed(`a ${kind} is left out: ${error.message}`);
    return [];
  }
}
