import { type AgentAddress, askAgent } from "./ask-agent.ts";
import { StandardOutput } from "./standard-output.ts";
import { UsageError } from "./usage-error.ts";

export interface ForgetOptions extends AgentAddress {
  readonly edge?: string;
  readonly before?: string;
  readonly after?: string;
}

/** Has an agent forget, and prints what it forgot. Throws UsageError. */
export async function forget(workload: string, options: ForgetOptions): Promise<void> {
  const { isOk, status, body } = await askAgent("DELETE", toUrl(workload, options), options);
  if (!isOk) throw new UsageError(detailOf(body) ?? `--agent ${options.agent}: answered ${status}`);
  const { forgotten } = (body ?? {}) as { forgotten?: unknown };
  if (!Array.isArray(forgotten)) throw new UsageError(`--agent ${options.agent}: this is no weir agent`);
  const output = new StandardOutput();
  for (const id of forgotten) output.write(`${id}\n`);
  output.flush();
  if (forgotten.length === 0) console.error("weir: nothing of that was in the profile");
}

/** All faults of the usage are reported together. */
function toUrl(workload: string, { agent, edge, before, after }: ForgetOptions): URL {
  const path = workload.split("/");
  const url = URL.canParse(agent) ? new URL(agent) : undefined;
  const faults = [
    ...(path.length === 3 && path.every((part) => part !== "") ? [] : [`${workload}: expected NAMESPACE/KIND/NAME`]),
    ...(/^https?:$/u.test(url?.protocol ?? "")
      ? []
      : [`--agent ${agent}: expected a URL such as http://127.0.0.1:9447`]),
    ...timeFaults("--before", before),
    ...timeFaults("--after", after),
  ];
  if (url === undefined || faults.length > 0) throw new UsageError(faults.join("; "));
  url.pathname = `/api/v1/profiles/${path.map(encodeURIComponent).join("/")}`;
  for (const [name, value] of Object.entries({ edge, before, after }))
    if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

function timeFaults(name: string, time: string | undefined): readonly string[] {
  if (time === undefined || !Number.isNaN(Date.parse(time))) return [];
  return [`${name} ${time}: expected an RFC 3339 time such as 2026-03-02T11:00:00Z`];
}

/** Of a problem document (RFC 9457). */
function detailOf(body: unknown): string | undefined {
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : undefined;
  return typeof detail === "string" ? detail : undefined;
}
