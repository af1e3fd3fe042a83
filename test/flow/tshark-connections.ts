/** TCP connections as tshark's fields tell them, worked out the slow way: all segments of an attempt at hand at once. */
import { spawnSync } from "node:child_process";
import type { Outcome } from "../../src/flow/connection.ts";

export interface TsharkConnection {
  readonly client: string;
  readonly server: string;
  readonly outcome: Outcome;
  /** Null where not both sides have closed. */
  readonly bytes: { readonly toServer: number; readonly toClient: number } | null;
  readonly startUs: number;
  readonly endUs: number;
}

interface Segment {
  readonly timeUs: number;
  readonly from: string;
  readonly to: string;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly length: number;
}

const FLAG = { FIN: 1, SYN: 2, RST: 4, ACK: 16 } as const;

const FIELDS =
  "frame.protocols frame.time_epoch ip.src ipv6.src ip.dst ipv6.dst tcp.srcport tcp.dstport tcp.flags tcp.seq_raw tcp.ack_raw tcp.len";

/** Of what is in no tunnel: the first IP header is followed by TCP, but for extension headers. */
const PLAIN = /^(?:(?!ip|gre|mpls|ppp|pw).)*:(?:ip|ipv6(?::ipv6\.[a-z]+)*):tcp(?::|$)/u;

export const hasTshark = spawnSync("tshark", ["--version"]).status === 0;

/** Every attempt to connect of a capture, in the order of its first packet. */
export function tsharkConnections(file: string): TsharkConnection[] {
  const open = new Map<string, Segment[]>();
  const all: Segment[][] = [];
  for (const next of segments(file)) {
    const key = [next.from, next.to].sort().join(" ");
    const known = open.get(key);
    if (known !== undefined && !isNewAttempt(known, next)) {
      known.push(next);
      continue;
    }
    const begun = [next];
    open.set(key, begun);
    all.push(begun);
  }
  return all.filter(([first]) => isSyn(first!)).map(judge);
}

/** Who sends an SCTP INIT, and the IPv4 addresses that it tells: one line each, however often it is repeated. */
export function tsharkHomes(file: string): string[] {
  const fields = ["ip.src", "sctp.srcport", "sctp.parameter_ipv4_address"].flatMap((name) => ["-e", name]);
  const filter = ["-Y", "sctp.chunk_type == 1"];
  const output = spawnSync("tshark", ["-r", file, "-n", "-T", "fields", ...filter, ...fields], { encoding: "utf8" });
  const rows = output.stdout.trim().split("\n");
  return [...new Set(rows.map((row) => row.replace("\t", ":").replaceAll(/[\t,]/gu, " ")))].sort();
}

function segments(file: string): Segment[] {
  const fields = FIELDS.split(" ").flatMap((name) => ["-e", name]);
  const settings = ["tcp.desegment_tcp_streams:FALSE", "ip.defragment:FALSE", "ipv6.defragment:FALSE"];
  const options = settings.flatMap((setting) => ["-o", setting]);
  const output = spawnSync(
    "tshark",
    ["-r", file, "-n", ...options, "-T", "fields", "-E", "occurrence=f", "-Y", "tcp", ...fields],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  return output.stdout.split("\n").flatMap((row) => readSegment(row.split("\t")) ?? []);
}

function readSegment(cells: readonly string[]): Segment | undefined {
  const [protocols = "", time = "", source4, source6, to4, to6, sourcePort, port, flags, sequence, ack, length] = cells;
  if (!PLAIN.test(`:${protocols}`) || sequence === "" || length === "") return undefined;
  return {
    timeUs: Number(time.replace(".", "").slice(0, -3)),
    from: `${source4 || source6}:${sourcePort}`,
    to: `${to4 || to6}:${port}`,
    flags: Number(flags) & 0xff,
    sequence: Number(sequence),
    acknowledgment: Number(ack || 0),
    length: Number(length),
  };
}

function isSyn({ flags }: Segment): boolean {
  return (flags & (FLAG.SYN | FLAG.ACK)) === FLAG.SYN;
}

function isNewAttempt([first]: readonly Segment[], next: Segment): boolean {
  return isSyn(next) && !(next.from === first!.from && next.sequence === first!.sequence && isSyn(first!));
}

function judge(attempt: readonly Segment[]): TsharkConnection {
  const syn = attempt[0]!;
  const fromServer = attempt.filter(({ from }) => from === syn.to);
  const fromClient = attempt.filter(({ from }) => from === syn.from);
  const synAck = fromServer.find(({ flags, acknowledgment }) => {
    return (flags & FLAG.SYN) !== 0 && (flags & FLAG.ACK) !== 0 && after(syn.sequence, acknowledgment) <= syn.length;
  });
  const ends = [fromClient, fromServer].map((side) =>
    side.find(({ flags }) => (flags & (FLAG.FIN | FLAG.RST)) === FLAG.FIN),
  );
  return {
    client: syn.from,
    server: syn.to,
    outcome: outcome(syn, synAck, fromClient, fromServer),
    bytes:
      synAck === undefined || ends[0] === undefined || ends[1] === undefined
        ? null
        : { toServer: after(syn.sequence, endOf(ends[0])), toClient: after(synAck.sequence, endOf(ends[1])) },
    startUs: syn.timeUs,
    endUs: Math.max(...attempt.map(({ timeUs }) => timeUs)),
  };
}

function outcome(
  syn: Segment,
  synAck: Segment | undefined,
  fromClient: readonly Segment[],
  fromServer: readonly Segment[],
): Outcome {
  if (synAck === undefined) {
    const isHeard = (segment: Segment): boolean => after(syn.sequence, segment.acknowledgment) < 2 ** 31;
    if (fromServer.some(({ flags, ...rest }) => (flags & FLAG.RST) === 0 && isHeard({ flags, ...rest })))
      return "established";
    return fromServer.some(({ flags }) => (flags & FLAG.RST) !== 0) ? "refused" : "unanswered";
  }
  const isProof = ({ flags, acknowledgment }: Segment): boolean =>
    (flags & FLAG.SYN) === 0 && (flags & FLAG.ACK) !== 0 && after(synAck.sequence, acknowledgment) < 2 ** 31;
  return fromClient.some(isProof) ? "established" : "half-open";
}

/** Octets after an initial sequence number, which takes one itself. */
function after(initial: number, number: number): number {
  return (number - initial - 1) >>> 0;
}

function endOf({ sequence, length }: Segment): number {
  return sequence + length;
}
