import type { ResolvedName } from "../../src/flow/connection.ts";
import { nameOf } from "./programs/udp-call.ts";
import type { Truth } from "./truth.ts";

export interface NameVerdict {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/**
 * Holds the names that capture told against the questions that were asked: each answer is told once, though it passes
 * many interfaces, with who asked and who answered. With several interfaces in a list one may be read before the
 * other: who answered is then what the first to be read shows, the Service or the pod behind it.
 */
export function judgeNames(asked: readonly Truth[], told: readonly ResolvedName[]): NameVerdict {
  const unclaimed = [...told];
  const missing = asked.filter((truth) => {
    const at = unclaimed.findIndex((name) => isAnswerTo(truth, name));
    if (at >= 0) unclaimed.splice(at, 1);
    return at < 0;
  });
  return {
    missing: missing.map(({ id }) => id),
    extra: unclaimed.map(({ client, name, resolver }) => `${client} ${name} ${resolver.ip}`),
  };
}

function isAnswerTo({ id, asClient, asServer }: Truth, { client, name, resolver }: ResolvedName): boolean {
  const isResolver = resolver.ip === asClient.server.ip || resolver.ip === asServer.server.ip;
  return name === nameOf(id) && client === asClient.client.ip && isResolver;
}
