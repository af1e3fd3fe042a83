import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from "fastify";
import { STATUS_CODES } from "node:http";

/** An RFC 9457 problem document. `type` is always about:blank: the status says what kind it is, `detail` what to do. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
}

/** Thrown in a route: answers with this status and this detail. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly statusCode: number;
  /** Beside those of every answer: a challenge, when to come again. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(statusCode: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.statusCode = statusCode;
    this.headers = headers;
  }
}

/** Whatever goes wrong in a request ends here, and leaves as a problem document. */
export function sendProblem(
  error: FastifyError | HttpProblem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof HttpProblem) return send(reply.headers(error.headers), error.statusCode, error.message);
  const status = statusOf(error);
  if (status >= 500) request.log.error({ err: error }, "request failed");
  // What broke inside is in the log; the caller learns that it did.
  return send(reply, status, status >= 500 ? "weir failed to answer; its log says why" : error.message);
}

function send(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply
    .code(status)
    .type("application/problem+json")
    .send(problem(status, detail, reply.request.url));
}

export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return send(reply, 404, `nothing at ${request.method} ${request.url}; /openapi.json lists what there is`);
}

export function problem(status: number, detail: string, instance: string): Problem {
  return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, instance };
}

/** A body that is JSON but not what was asked for is 422 (RFC 9110, 15.5.21); faults of the request itself are 400. */
function statusOf(error: FastifyError): number {
  if (error.validation !== undefined) return error.validationContext === "body" ? 422 : 400;
  return error.statusCode ?? 500;
}

/** Names the field at fault, which the schema checker leaves to its parameters. */
export function explainSchemaFault(faults: readonly FastifySchemaValidationError[], part: string): Error {
  const texts = faults.map(({ instancePath, message, params }) => {
    const { additionalProperty, allowedValue } = params as { additionalProperty?: string; allowedValue?: string };
    const field = [instancePath.slice(1).replaceAll("/", "."), additionalProperty].filter((name) => name).join(".");
    const expected = allowedValue === undefined ? "" : `: ${JSON.stringify(allowedValue)}`;
    return `${field === "" ? part : `${part} ${field}`} ${message ?? "is wrong"}${expected}`;
  });
  return new Error(texts.join("; "));
}
