import { addressText } from "../packet/address.ts";
import type { DnsAnswer } from "../packet/dns.ts";
import type { ResolvedName } from "./connection.ts";
import type { TrackedView } from "./tracked.ts";

/** What a DNS answer told its asker; the resolver is named as the connection's last view so far has it, after DNAT. */
export function resolvedName(answer: DnsAnswer, view: TrackedView, timeUs: number): ResolvedName {
  const { views } = view.connection;
  const last = views[views.length - 1]!;
  return {
    client: addressText(view.ends, 0),
    resolver: { ip: addressText(last.ends, 4), port: last.ends[9]! },
    name: answer.name,
    addresses: answer.addresses,
    ttlSeconds: answer.ttlSeconds,
    timeUs,
  };
}
