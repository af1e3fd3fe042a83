import { setTimeout as sleep } from "node:timers/promises";
import { ApiFault } from "../../cluster/api/api-fault.ts";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import { defaultPauses, type Pauses } from "../../cluster/api/watch-loop.ts";
import { listKind, type RawObject } from "../../cluster/api/read-api.ts";
import { FieldFault } from "../../cluster/object/field.ts";
import type { Part } from "./part.ts";
import { kindHolding, NODE_LABEL } from "./part-kind.ts";
import { nodeLabel } from "./part-name.ts";
import { readPart } from "./read-part.ts";

/** A part, and the object that it came in. */
export interface FoundPart {
  readonly object: RawObject;
  readonly part: Part;
}

export interface ListOwnPartsOptions {
  readonly connection: ApiConnection;
  readonly node: string;
  /** Why they can't be had, after each attempt; undefined at last. */
  readonly onFault: (fault: string | undefined) => void;
  readonly pauses?: Pauses;
}

/** The parts of this node that the server has, by whatever store of it; asked for until there is an answer. */
export async function listOwnParts(options: ListOwnPartsOptions, signal: AbortSignal): Promise<readonly FoundPart[]> {
  const { pauses: { firstMs, mostMs } = defaultPauses, onFault } = options;
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const objects = await listOnce(options, signal);
      onFault(undefined);
      return objects.flatMap((object) => partIn(object) ?? []);
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof ApiFault)) throw error;
      onFault(error.message);
      const pauseMs = Math.min(mostMs, firstMs * 2 ** Math.min(failures, 16)) * (0.5 + Math.random());
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return [];
}

async function listOnce({ connection, node }: ListOwnPartsOptions, signal: AbortSignal): Promise<readonly RawObject[]> {
  const kind = kindHolding("observations");
  const labelSelector = `${kind.labelSelector},${NODE_LABEL}=${nodeLabel(node)}`;
  const objects: RawObject[] = [];
  await listKind(connection, { ...kind, labelSelector }, (page) => objects.push(...page), signal);
  return objects;
}

/** One of another version of weir is no part: it is written anew. */
function partIn(object: RawObject): FoundPart | undefined {
  try {
    return { object, part: readPart(object) };
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    return undefined;
  }
}
