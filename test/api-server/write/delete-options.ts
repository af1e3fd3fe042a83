import type { Exchange } from "../api-context.ts";
import { type Cause, invalid } from "../http/api-status.ts";
import { decodeProtobuf, PROTOBUF } from "../http/protobuf-object.ts";
import { mediaTypeOf, parseObject, readBody } from "../http/read-body.ts";
import type { JsonObject } from "../json-object.ts";
import { invalidValue, notSupported } from "../validate/causes.ts";
import { dryRunCauses } from "./write-options.ts";

/**
 * meta/v1 DeleteOptions, in the body or the query. The propagation policy is the garbage collector's, which is not
 * here. Throws a 422 as meta/v1/validation's ValidateDeleteOptions.
 */
export async function readDeleteOptions({ answer, info }: Exchange): Promise<JsonObject> {
  const body = await readBody(answer.request);
  const given = body.length === 0 ? inQuery(info.query) : optionsIn(body, mediaTypeOf(answer.request));
  const causes = optionCauses(given);
  if (causes.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", causes);
  return given;
}

/** A query counts only where there is no body. */
function inQuery(query: URLSearchParams): JsonObject {
  const seconds = query.get("gracePeriodSeconds");
  const policy = query.get("propagationPolicy");
  const dryRun = query.getAll("dryRun").filter((value) => value !== "");
  return {
    ...(seconds !== null && { gracePeriodSeconds: Number(seconds) }),
    ...(policy !== null && { propagationPolicy: policy }),
    ...(dryRun.length > 0 && { dryRun }),
  };
}

function optionsIn(body: Buffer, type: string): JsonObject {
  return type === PROTOBUF ? decodeProtobuf(body) : parseObject(body.toString(), "application/json");
}

const POLICIES: readonly string[] = ["Foreground", "Background", "Orphan"];

function optionCauses({ propagationPolicy: policy, orphanDependents, dryRun }: JsonObject): readonly Cause[] {
  const field = "propagationPolicy";
  const both = "orphanDependents and deletionPropagation cannot be both set";
  const isKnown = policy === undefined || policy === "" || POLICIES.includes(policy as string);
  return [
    ...(policy !== undefined && orphanDependents !== undefined ? [invalidValue(field, policy, both)] : []),
    ...(isKnown ? [] : [notSupported(field, policy, [...POLICIES, "nil"])]),
    ...dryRunCauses(Array.isArray(dryRun) ? (dryRun as readonly string[]) : []),
  ];
}
