import { addressText } from "../packet/address.ts";
import { type DnsAnswer, decodeDnsResponse } from "../packet/dns.ts";
import type { Headers } from "../packet/headers.ts";
import { ClientHellos } from "./client-hello.ts";
import type { FlowEvent } from "./connection.ts";
import { DnsStreams } from "./dns-stream.ts";
import { resolvedName } from "./resolved-name.ts";
import type { TrackedView } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

const DNS_PORT = 53;

/**
 * In: the payload of DNS servers' datagrams and of TCP segments. Out: which name led whom to which address, and which
 * TLS server name whom asked for, through `emit`. What one place on the way shows is enough; others say the same again.
 * For DNS that is the first with port 53: behind a Service the resolver may have another.
 */
export class Names {
  readonly #emit: (event: FlowEvent) => void;
  readonly #dnsStreams = new DnsStreams();
  readonly #clientHellos = new ClientHellos();

  constructor(emit: (event: FlowEvent) => void) {
    this.#emit = emit;
  }

  addDatagram(view: TrackedView, headers: Headers, bytes: Uint8Array): void {
    const { connection } = view;
    connection.namingView ??= view;
    const firstHops = isFromClient(view, headers) ? view.clientHops : view.serverHops;
    if (view !== connection.namingView || headers.hopLimit !== firstHops) return;
    const answer = decodeDnsResponse(bytes, headers.payloadStart, headers.payloadEnd);
    if (answer !== undefined) this.#tellResolved(view, answer, headers.timeUs);
  }

  addSegment(view: TrackedView, headers: Headers, bytes: Uint8Array): void {
    const { connection } = view;
    if (connection.hasGreeted && headers.sourcePort !== DNS_PORT) return;
    if (view !== connection.views[0]) return;
    if (headers.sourcePort === DNS_PORT) {
      const answers = this.#dnsStreams.add(connection, headers, bytes);
      for (const answer of answers) this.#tellResolved(view, answer, headers.timeUs);
    } else if (isFromClient(view, headers)) {
      const name = this.#clientHellos.add(connection, headers, bytes);
      if (name !== undefined) this.#tellNamed(view, name, headers.timeUs);
    }
  }

  #tellResolved(view: TrackedView, answer: DnsAnswer, timeUs: number): void {
    if (answer.addresses.length === 0) return;
    this.#emit({ kind: "resolved", resolved: resolvedName(answer, view, timeUs) });
  }

  #tellNamed({ connection, ends }: TrackedView, name: string, timeUs: number): void {
    const last = connection.views.at(-1)!;
    const server = { ip: addressText(last.ends, 4), port: last.ends[9]! };
    this.#emit({ kind: "named", named: { client: addressText(ends, 0), server, name, timeUs } });
  }
}
