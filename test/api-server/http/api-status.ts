import type { JsonObject } from "../json-object.ts";
import type { ApiResource } from "../resource/api-resource.ts";

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusOptions {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: Details;
  readonly metadata?: JsonObject;
}

/** A refusal, as the API conventions' "Response Status Kind" writes it. */
export class ApiStatus extends Error {
  override readonly name = "ApiStatus";
  readonly code: number;
  readonly body: JsonObject;
  readonly retryAfterSeconds: number | undefined;

  constructor({ code, reason, message, details, metadata = {} }: StatusOptions) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = details?.retryAfterSeconds;
    // Errors that the server has no reason for leave it out.
    const why = reason === "" ? {} : { reason };
    const head = { kind: "Status", apiVersion: "v1", metadata, status: "Failure", message, ...why };
    this.body = { ...head, ...(details === undefined ? {} : { details }), code };
  }
}

function detailsOf({ group }: ApiResource, kind: string, name: string): Details {
  return { ...(name !== "" && { name }), ...(group !== "" && { group }), ...(kind !== "" && { kind }) };
}

export function notFound(resource: ApiResource, name: string): ApiStatus {
  const message = `${resource.id} "${name}" not found`;
  return new ApiStatus({
    code: 404,
    reason: "NotFound",
    message,
    details: detailsOf(resource, resource.plural, name),
  });
}

/** No resource is served at this path. */
export function noSuchPath(): ApiStatus {
  const message = "the server could not find the requested resource";
  return new ApiStatus({ code: 404, reason: "NotFound", message, details: {} });
}

export function alreadyExists(resource: ApiResource, name: string): ApiStatus {
  const message = `${resource.id} "${name}" already exists`;
  return new ApiStatus({
    code: 409,
    reason: "AlreadyExists",
    message,
    details: detailsOf(resource, resource.plural, name),
  });
}

export const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

export function conflict(resource: ApiResource, name: string, why: string): ApiStatus {
  const message = `Operation cannot be fulfilled on ${resource.id} "${name}": ${why}`;
  return new ApiStatus({
    code: 409,
    reason: "Conflict",
    message,
    details: detailsOf(resource, resource.plural, name),
  });
}

export function invalid(
  resource: Pick<ApiResource, "group" | "kind">,
  name: string,
  causes: readonly Cause[],
): ApiStatus {
  const kind = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const all = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const details = detailsOf(resource as ApiResource, resource.kind, name);
  const message = `${kind} "${name}" is invalid: ${all}`;
  return new ApiStatus({ code: 422, reason: "Invalid", message, details: { ...details, causes } });
}

export function badRequest(message: string): ApiStatus {
  return new ApiStatus({ code: 400, reason: "BadRequest", message });
}

export function methodNotAllowed(): ApiStatus {
  const message = "the server does not allow this method on the requested resource";
  return new ApiStatus({ code: 405, reason: "MethodNotAllowed", message, details: {} });
}

export function notAcceptable(): ApiStatus {
  const message = "only the following media types are accepted: application/json, application/yaml";
  return new ApiStatus({ code: 406, reason: "NotAcceptable", message });
}

export function unsupportedMediaType(accepted: readonly string[]): ApiStatus {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return new ApiStatus({ code: 415, reason: "UnsupportedMediaType", message });
}

export function expired(message: string, metadata: JsonObject = {}): ApiStatus {
  return new ApiStatus({ code: 410, reason: "Expired", message, metadata });
}

/** A version that this server has not reached: another replica may be ahead of it. */
export function tooLargeVersion(asked: number, current: number): ApiStatus {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return new ApiStatus({ code: 504, reason: "Timeout", message, details: { causes, retryAfterSeconds: 1 } });
}

export function unauthorized(): ApiStatus {
  return new ApiStatus({ code: 401, reason: "Unauthorized", message: "Unauthorized" });
}

export function forbidden(resource: ApiResource, name: string, why: string): ApiStatus {
  const what = name === "" ? resource.id : `${resource.id} "${name}"`;
  return new ApiStatus({
    code: 403,
    reason: "Forbidden",
    message: `${what} is forbidden: ${why}`,
    details: detailsOf(resource, resource.plural, name),
  });
}

/** Nothing new is made in a namespace that is being deleted: the NamespaceLifecycle admission plugin. */
export function terminating(resource: ApiResource, name: string, namespace: string): ApiStatus {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `${resource.id} "${name}" is forbidden: ${why}`;
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  const details = { ...detailsOf(resource, resource.plural, name), causes: [cause] };
  return new ApiStatus({ code: 403, reason: "Forbidden", message, details });
}

/** A 403 about something that is no resource. */
export function forbiddenText(message: string): ApiStatus {
  return new ApiStatus({ code: 403, reason: "Forbidden", message, details: {} });
}

/** With the reason that the API gives to a bare HTTP status. */
export function statusOfCode(code: number, retryAfterSeconds?: number): ApiStatus {
  const [reason, message] = REASONS[code] ?? ["", `the server answers with ${code}`];
  const details = retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } };
  return new ApiStatus({ code, reason, message, ...details });
}

const REASONS: Readonly<Record<number, readonly [string, string]>> = {
  401: ["Unauthorized", "Unauthorized"],
  403: ["Forbidden", "not for you"],
  410: ["Expired", "too old resource version"],
  429: ["TooManyRequests", "Too many requests, please try again later."],
  500: ["InternalError", "Internal error occurred: etcdserver: leader changed"],
  503: ["ServiceUnavailable", "the server is currently unable to handle the request"],
  504: ["Timeout", "Timeout: request did not complete within the allotted timeout"],
};
