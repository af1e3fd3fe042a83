import { readFileSync } from "node:fs";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { json } from "node:stream/consumers";
import { UsageError } from "./usage-error.ts";

/** How long an agent may take to answer. */
const TIMEOUT_MS = 30_000;

/** Where an agent is, and how it is told who asks. */
export interface AgentAddress {
  readonly agent: string;
  /** Holds the bearer token: on a command line everybody on the machine could read it. */
  readonly tokenFile?: string;
  /** PEM of the certificate, or of its issuer, that the agent must show. */
  readonly ca?: string;
}

export interface AgentAnswer {
  readonly isOk: boolean;
  readonly status: number;
  /** Undefined where it is no JSON. */
  readonly body: unknown;
}

/** Throws UsageError where nobody answers, or a file can't be read. */
export async function askAgent(method: "DELETE", url: URL, address: AgentAddress): Promise<AgentAnswer> {
  const options = optionsOf(address);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = url.protocol === "https:" ? requestHttps : requestHttp;
      request(url, { ...options, method, signal: AbortSignal.timeout(TIMEOUT_MS) }, resolve)
        .once("error", reject)
        .end();
    });
    const { statusCode: status = 0 } = response;
    const body: unknown = await json(response).catch(() => undefined);
    return { isOk: status >= 200 && status < 300, status, body };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`--agent ${address.agent}: ${code ?? message}`, { cause: error });
  }
}

function optionsOf({ agent, tokenFile, ca }: AgentAddress): object {
  // A token that goes over plain HTTP is given away.
  if (tokenFile !== undefined && !agent.startsWith("https:"))
    throw new UsageError(`--agent ${agent}: a token is sent over https only`);
  const headers = tokenFile === undefined ? {} : { authorization: `Bearer ${read("--token-file", tokenFile).trim()}` };
  return { headers, ...(ca !== undefined && { ca: read("--ca", ca) }) };
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${option} ${(error as Error).message}`, { cause: error });
  }
}
