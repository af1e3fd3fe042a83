import type { Exchange } from "../api-context.ts";
import { badRequest, type Cause, invalid } from "../http/api-status.ts";
import { decodeProtobuf, PROTOBUF } from "../http/protobuf-object.ts";
import { mediaTypeOf, parseObject, readBody } from "../http/read-body.ts";
import type { JsonObject } from "../json-object.ts";
import { invalidValue, notSupported } from "../validate/causes.ts";
import { dryRunCauses } from "./write-options.ts";

const OPTIONS = { group: "meta.k8s.io", kind: "DeleteOptions" } as const;
const POLICIES = ["Foreground", "Background", "Orphan"] as const;

/**
 * meta/v1 DeleteOptions: the body, or where there is none the query. The propagation policy is the garbage collector's,
 * which is not here: it is only checked.
 */
export async function readDeleteOptions({ answer, info }: Exchange): Promise<JsonObject> {
  const body = await readBody(answer.request);
  const options = body.length === 0 ? optionsOf(info.query) : optionsIn(body, mediaTypeOf(answer.request));
  const causes = [...faultsOf(options), ...dryRunCauses(listOf(options["dryRun"]))];
  if (causes.length > 0) throw invalid(OPTIONS, "", causes);
  return options;
}

function optionsIn(body: Buffer, type: string): JsonObject {
  return type === PROTOBUF ? decodeProtobuf(body) : parseObject(body.toString(), "application/json");
}

function optionsOf(query: URLSearchParams): JsonObject {
  const [seconds, propagationPolicy, orphans] = ["gracePeriodSeconds", "propagationPolicy", "orphanDependents"].map(
    (name) => query.get(name),
  );
  if (typeof seconds === "string" && !/^-?\d+$/u.test(seconds))
    throw badRequest(`gracePeriodSeconds: strconv.ParseInt: parsing ${JSON.stringify(seconds)}: invalid syntax`);
  return {
    ...(typeof seconds === "string" && { gracePeriodSeconds: Number(seconds) }),
    ...(typeof propagationPolicy === "string" && { propagationPolicy }),
    ...(typeof orphans === "string" && { orphanDependents: orphans === "true" }),
    ...(query.has("dryRun") && { dryRun: query.getAll("dryRun").filter((value) => value !== "") }),
  };
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** apimachinery's ValidateDeleteOptions. */
function faultsOf({ propagationPolicy: policy, orphanDependents }: JsonObject): Cause[] {
  if (policy === undefined || policy === null) return [];
  const field = "propagationPolicy";
  const causes: Cause[] = [];
  if (orphanDependents !== undefined && orphanDependents !== null)
    causes.push(invalidValue(field, policy, "orphanDependents and deletionPropagation cannot be both set"));
  if (!POLICIES.some((known) => known === policy)) causes.push(notSupported(field, policy, [...POLICIES, "nil"]));
  return causes;
}
