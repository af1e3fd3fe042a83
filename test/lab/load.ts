import type { Endpoint, Outcome } from "../../src/flow/connection.ts";

/**
 * How a connection goes. Over TCP the client sends a request and the server a reply, each of a length that the
 * client's first line tells:
 * - `orderly`: the client closes its side after the request, the server after the reply.
 * - `server closes first`: the server closes after the reply, then the client.
 * - `client resets`, `server resets`: after the reply, or instead of it.
 * - `half-closed`: the client closes its side, the server goes on for more than a second and closes then.
 * - `stays half-closed`, `stays open`: nothing ends it before the capture ends.
 *
 * Over UDP `query` is a DNS question and its answer, `converse` three datagrams each way. Over both `is refused`
 * waits until somebody says no, `is ignored` until it has waited long enough.
 */
export type Manner =
  | "orderly"
  | "server closes first"
  | "client resets"
  | "server resets"
  | "half-closed"
  | "stays half-closed"
  | "stays open"
  | "query"
  | "converse"
  | "is refused"
  | "is ignored";

/** So many connections, each from a port of its own, counted up from `firstPort`: so a program knows the port of one that fails too. */
export interface Load {
  /** The scenario's name; with the connection's number, counted up from `firstNumber`, it names the connection. */
  readonly scenario: string;
  readonly firstNumber?: number;
  readonly protocol: "TCP" | "UDP";
  readonly from: string;
  readonly firstPort: number;
  readonly to: Endpoint;
  readonly count: number;
  readonly perSecond: number;
  /** Taken in turn. */
  readonly manners: readonly Manner[];
  /** Where connections that fail would have led, and what of them the node sees: the programs cannot know it, the network's maker does. */
  readonly failure?: { readonly outcome: Outcome; readonly server?: Endpoint };
}

/** What a client knows of a connection it made. */
export interface ClientEntry {
  readonly id: string;
  readonly scenario: string;
  readonly protocol: "TCP" | "UDP";
  readonly manner: Manner;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  sent: number;
  received: number;
  /** `unfinished` is none that a scenario expects. */
  end: "closed" | "reset" | "refused" | "unanswered" | "open" | "unfinished";
}

/** What a server knows of a connection it took. */
export interface ServerEntry {
  readonly id: string;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  received: number;
  sent: number;
}

/** The first line of a request. */
export interface RequestLine {
  readonly id: string;
  readonly manner: Manner;
  /** Octets of the whole request, this line with it. */
  readonly request: number;
  readonly reply: number;
}

export function writeRequestLine({ id, manner, request, reply }: RequestLine): string {
  return `${id}|${manner}|${request}|${reply}\n`;
}

export function readRequestLine(line: string): RequestLine {
  const [id = "", manner = "", request = "", reply = ""] = line.split("|");
  return { id, manner: manner as Manner, request: Number(request), reply: Number(reply) };
}

/** An address as weir writes it: sockets for both families show IPv4 as mapped. */
export function plain(address: string | undefined, port: number | undefined): Endpoint {
  return { ip: (address ?? "").replace(/^::ffff:/u, ""), port: port ?? 0 };
}
