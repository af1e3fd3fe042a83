import { badRequest, type Cause, invalid } from "../http/api-status.ts";
import { isTrue } from "../http/request-info.ts";

export interface ListOptions {
  /** 0 where there is no limit. */
  readonly limit: number;
  readonly continueToken: string;
  /** Undefined where none is given, which is not the same as 0. */
  readonly resourceVersion: number | undefined;
  readonly match: "" | "Exact" | "NotOlderThan";
}

export interface WatchOptions {
  readonly resourceVersion: number | undefined;
  readonly allowsBookmarks: boolean;
  readonly sendsInitialEvents: boolean | undefined;
  /** 0 for the server's own choice. */
  readonly timeoutSeconds: number;
}

const LIST_OPTIONS = { group: "meta.k8s.io", kind: "ListOptions" } as const;

export function readListOptions(query: URLSearchParams): ListOptions {
  const match = query.get("resourceVersionMatch") ?? "";
  const causes = matchCauses(query, match);
  if (query.has("sendInitialEvents"))
    causes.push(forbiddenOption("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  if (causes.length > 0) throw invalid(LIST_OPTIONS, "", causes);
  const continueToken = query.get("continue") ?? "";
  const resourceVersion = readVersion(query);
  if (continueToken !== "" && (resourceVersion ?? 0) !== 0)
    throw badRequest("specifying resource version is not allowed when using continue");
  const limit = readCount(query, "limit");
  readCount(query, "timeoutSeconds");
  return { limit, continueToken, resourceVersion, match: match as ListOptions["match"] };
}

/** apimachinery's ValidateListOptions. */
function matchCauses(query: URLSearchParams, match: string): Cause[] {
  if (match === "") return [];
  if ((query.get("resourceVersion") ?? "") === "")
    return forbiddenMatch("resourceVersionMatch is forbidden unless resourceVersion is provided");
  if ((query.get("continue") ?? "") !== "")
    return forbiddenMatch("resourceVersionMatch is forbidden when continue is provided");
  if (match !== "Exact" && match !== "NotOlderThan") {
    const message = `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`;
    return [{ reason: "FieldValueNotSupported", field: "resourceVersionMatch", message }];
  }
  if (match === "Exact" && query.get("resourceVersion") === "0")
    return forbiddenMatch(`resourceVersionMatch "exact" is forbidden for resourceVersion "0"`);
  return [];
}

export function readWatchOptions(query: URLSearchParams): WatchOptions {
  const match = query.get("resourceVersionMatch") ?? "";
  const initial = query.get("sendInitialEvents");
  const causes: Cause[] = [];
  if (match !== "" && initial === null)
    causes.push(
      forbiddenOption(
        "resourceVersionMatch",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
      ),
    );
  if (initial !== null && match !== "NotOlderThan")
    causes.push(
      forbiddenOption(
        "resourceVersionMatch",
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
      ),
    );
  if (causes.length > 0) throw invalid(LIST_OPTIONS, "", causes);
  return {
    resourceVersion: readVersion(query),
    allowsBookmarks: isTrue(query.get("allowWatchBookmarks")),
    sendsInitialEvents: initial === null ? undefined : isTrue(initial),
    timeoutSeconds: readCount(query, "timeoutSeconds"),
  };
}

function forbiddenMatch(detail: string): Cause[] {
  return [forbiddenOption("resourceVersionMatch", detail)];
}

function forbiddenOption(field: string, detail: string): Cause {
  return { reason: "FieldValueForbidden", field, message: `Forbidden: ${detail}` };
}

/** Throws a 400 for what is no version; undefined where none is given. */
export function readVersion(query: URLSearchParams): number | undefined {
  const text = query.get("resourceVersion") ?? "";
  if (text === "") return undefined;
  if (!/^\d+$/u.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}: not a number`);
  return Number(text);
}

function readCount(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  if (text === "") return 0;
  if (!/^\d+$/u.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}
