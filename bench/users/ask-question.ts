import { request, type RequestOptions } from "node:https";
import type { Question } from "./questions.ts";
import { OWN_NODE, type User } from "./users.ts";

export interface Answered {
  readonly status: number;
  /** Whether a connection was made for it. */
  readonly isFirst: boolean;
}

/** How a user reaches the agent. */
export interface Reach extends RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
}

export function reachOf({ address, token }: User, host: string, ca: Buffer): Reach {
  const headers = { authorization: `Bearer ${token}` };
  return { host, port: 9447, servername: OWN_NODE, ca, localAddress: address, headers };
}

/** Resolves when the whole answer has come. */
export function askQuestion({ method, path, body }: Question, reach: Reach): Promise<Answered> {
  const content = body === undefined ? {} : { "content-type": "application/json" };
  const sent = request({ ...reach, method, path, headers: { ...reach.headers, ...content } });
  return new Promise((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      const answered = { status: response.statusCode ?? 0, isFirst: !sent.reusedSocket };
      response
        .resume()
        .once("end", () => resolve(answered))
        .once("error", reject);
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
