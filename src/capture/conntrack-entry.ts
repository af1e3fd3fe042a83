/** A packet's two ends as the kernel's connection tracking has them. */
export interface Tuple {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/**
 * One line of /proc/net/nf_conntrack. `original` is the first packet as it came, `reply` what an answer to it
 * looks like: where the two are not each other's reverse, NAT lies between.
 */
export interface ConntrackEntry {
  /** IP protocol number. */
  readonly protocol: number;
  /** TCP's and SCTP's state, by the kernel's name; empty for UDP. */
  readonly state: string;
  readonly isReplied: boolean;
  /** Packets went both ways for long enough that the kernel keeps it even when its table is full. */
  readonly isAssured: boolean;
  readonly original: Tuple;
  readonly reply: Tuple;
}

/**
 * Of a line like `ipv4 2 tcp 6 431998 ESTABLISHED src=10.1.0.2 dst=10.96.0.10 sport=40438 dport=80
 * src=10.2.0.2 dst=10.2.0.1 sport=8080 dport=40438 [ASSURED] mark=0 zone=0 use=2`, as ct_seq_show() of Linux's
 * nf_conntrack_standalone.c writes it. Packet counts, zones, marks and labels are passed over. A connection that
 * was offloaded to a flow table shows neither timeout nor state, and is an established one.
 * Undefined for what is no such line or has no ports.
 */
export function parseConntrackLine(line: string): ConntrackEntry | undefined {
  const original = readTuple(line, 0);
  if (original === undefined) return undefined;
  const reply = readTuple(line, original.end);
  if (reply === undefined) return undefined;
  const [, , , protocol, , state = ""] = line.slice(0, original.start).trimEnd().split(/ +/u);
  const isOffloaded = line.includes("OFFLOAD]", reply.end);
  return {
    protocol: Number(protocol),
    state: isOffloaded && Number(protocol) !== UDP ? "ESTABLISHED" : state,
    isReplied: !line.includes("[UNREPLIED]", original.end),
    isAssured: isOffloaded || line.includes("[ASSURED]", reply.end),
    original: original.tuple,
    reply: reply.tuple,
  };
}

const UDP = 17;
const TUPLE = /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) ?/gu;

interface TupleText {
  readonly tuple: Tuple;
  readonly start: number;
  readonly end: number;
}

/** The next tuple from this place on. */
function readTuple(line: string, from: number): TupleText | undefined {
  TUPLE.lastIndex = from;
  const match = TUPLE.exec(line);
  if (match === null) return undefined;
  const [, source = "", destination = "", sourcePort, destinationPort] = match;
  const tuple = { source, destination, sourcePort: Number(sourcePort), destinationPort: Number(destinationPort) };
  return { tuple, start: match.index, end: TUPLE.lastIndex };
}
