import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiContext } from "./api-context.ts";
import { authenticate } from "./access/authenticate.ts";
import { authorize } from "./access/authorize.ts";
import { answerPath } from "./discovery/answer-path.ts";
import { bodyStream } from "./fault/body-stream.ts";
import type { Fault } from "./fault/fault.ts";
import type { FaultBook } from "./fault/fault-book.ts";
import type { Answer } from "./http/answer.ts";
import { ApiStatus, noSuchPath, statusOfCode } from "./http/api-status.ts";
import { readRequestInfo, type RequestInfo } from "./http/request-info.ts";
import { sendStatus } from "./http/send.ts";
import { answerResource } from "./answer-resource.ts";
import type { RequestCounts } from "./request-counts.ts";

export interface Front {
  readonly context: ApiContext;
  readonly faults: FaultBook;
  readonly counts: RequestCounts;
}

/** A request's way: counted, faulted, authenticated, authorized, and answered. */
export async function handleRequest(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const info = readRequestInfo(method, url);
  const fault = front.faults.next(info);
  const onBytes = front.counts.add(info, { method, url, authorization: headers.authorization });
  if (fault?.kind === "hang") return;
  const answer = { request, response, out: bodyStream(response, fault, onBytes) };
  try {
    await strike(fault);
    await answerRequest(front.context, info, answer);
  } catch (error) {
    if (error instanceof ApiStatus) await sendStatus(answer, error);
    else if (!isGone(response)) throw error;
  }
}

async function strike(fault: Fault | undefined): Promise<void> {
  if (fault?.kind === "latency") await pause(fault.ms);
  if (fault?.kind === "status") throw statusOfCode(fault.code, fault.retryAfterSeconds);
}

async function answerRequest(context: ApiContext, info: RequestInfo, answer: Answer): Promise<void> {
  const { target } = info;
  const user = authenticate(context, answer.request);
  const resource = target === undefined ? undefined : context.resources.byPath(target);
  authorize(context, user, info, resource);
  if (target === undefined) return answerPath(context, info, answer);
  if (resource === undefined) throw noSuchPath();
  await answerResource({ context, info, target, resource, user, answer });
}

/** The client went away while it was being answered. */
function isGone(response: ServerResponse): boolean {
  return response.destroyed || response.closed;
}
