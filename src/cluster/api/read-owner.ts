import { rootField } from "../object/field.ts";
import { parseController } from "../object/parse-controller.ts";
import type { Controller, OwnerReference } from "../objects.ts";
import type { ApiConnection } from "./connect-api.ts";
import type { CustomResources } from "./custom-resources.ts";

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const IDLE_MS = 30_000;

/** Where a reference is made: owners are in the namespace of what they own, or in none. */
export interface OwnerPlace {
  readonly namespace: string;
  readonly reference: OwnerReference;
}

/**
 * The metadata of a custom owner, which name its own owner; nothing of what is in it. Undefined for one that is
 * cluster-scoped, which ends the chain. Throws ApiFault, and FieldFault where the metadata are not what the API has.
 */
export async function readOwner(
  { connection, resources }: { readonly connection: ApiConnection; readonly resources: CustomResources },
  { namespace, reference: { apiVersion, kind, name } }: OwnerPlace,
  signal: AbortSignal,
): Promise<Controller | undefined> {
  const resource = await resources.find(apiVersion, kind, signal);
  if (!resource.namespaced) return undefined;
  const parts = [...apiVersion.split("/"), "namespaces", namespace, resource.name, name];
  const path = `/apis/${parts.map(encodeURIComponent).join("/")}`;
  const answer = await connection.send({ method: "GET", path, accept: METADATA_ONLY }, IDLE_MS, signal);
  return parseController(rootField(answer), apiVersion, kind);
}
