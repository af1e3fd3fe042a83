import type { ConntrackEntry, Tuple } from "../capture/conntrack-entry.ts";
import { parseAddress } from "../packet/address.ts";
import { DESTINATION, Headers, Protocol, SOURCE } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

const DNS_PORT = 53;
/** States in which data may still flow: of TCP once FINs went both ways it can't. */
const OPEN_STATES: ReadonlySet<string> = new Set(["ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT"]);

/**
 * In: an entry of the kernel's connection tracking. Out: what it changes in the table: a connection that is
 * older than weir is known, with its direction and its NAT; one that was joined late gets both; one whose
 * client has yet to prove itself is proven. Its two views are the first packet as it came, and the reply's
 * reverse: before and after NAT. Returns whether a connection was added.
 */
export function trackConntrack(table: ConnectionTable, entry: ConntrackEntry, timeUs: number): boolean {
  if (!isOpen(entry)) return false;
  const asked = headersOf(entry, entry.original, timeUs);
  const reached = headersOf(entry, reverse(entry.reply), timeUs);
  if (asked === undefined || reached === undefined) return false;
  const askedView = table.views.find(asked);
  const known = askedView ?? table.views.find(reached);
  if (known === undefined) return open(table, asked, reached);
  if (known.connection.phase === "agreed") table.prove(known.connection, timeUs);
  if (known.connection.phase !== "joined late") return false;
  learnDirection(table, known, askedView === undefined ? reached : asked);
  joinOther(table, known.connection, askedView === undefined ? asked : reached);
  return false;
}

/** Of UDP only what was answered, but for DNS, whose exchanges are over with the answer. */
function isOpen({ protocol, state, isReplied, isAssured, original }: ConntrackEntry): boolean {
  if (protocol === Protocol.UDP) return isReplied && original.destinationPort !== DNS_PORT;
  if (protocol === Protocol.TCP) return isAssured && OPEN_STATES.has(state);
  return protocol === Protocol.SCTP && isReplied && state === "ESTABLISHED";
}

function open(table: ConnectionTable, asked: Headers, reached: Headers): boolean {
  const { connection } = table.openLate(asked);
  connection.inferredFrom = "conntrack";
  if (!isSameEnds(asked, reached)) table.addView(connection, reached, "client");
  table.believe(connection, asked.timeUs);
  return true;
}

/** `asked` has the client as its source. */
function learnDirection(table: ConnectionTable, view: TrackedView, asked: Headers): void {
  const { connection } = view;
  connection.isReversed = !isFromClient(view, asked);
  connection.inferredFrom = "conntrack";
  if (!connection.isAlive) table.believe(connection, asked.timeUs);
}

/** The other view belongs to the same connection: it is added, or taken over from one that was thought another. */
function joinOther(table: ConnectionTable, connection: TrackedConnection, other: Headers): void {
  const found = table.views.find(other);
  if (found === undefined) {
    table.addView(connection, other, connection.isReversed ? "server" : "client");
    return;
  }
  if (found.connection === connection) return;
  const isAlike = isFromClient(found, other) !== connection.isReversed;
  const isUntold = found.connection.phase === "joined late" && !found.connection.isAnnounced;
  if (isAlike && isUntold) table.merge(found.connection, connection);
}

function headersOf({ protocol }: ConntrackEntry, tuple: Tuple, timeUs: number): Headers | undefined {
  const source = parseAddress(tuple.source);
  const destination = parseAddress(tuple.destination);
  if (source === undefined || destination === undefined) return undefined;
  const headers = new Headers();
  headers.timeUs = timeUs;
  headers.protocol = protocol;
  headers.addresses.set(source, SOURCE);
  headers.addresses.set(destination, DESTINATION);
  headers.sourcePort = tuple.sourcePort;
  headers.destinationPort = tuple.destinationPort;
  return headers;
}

function reverse({ source, destination, sourcePort, destinationPort }: Tuple): Tuple {
  return { source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort };
}

function isSameEnds(a: Headers, b: Headers): boolean {
  if (a.sourcePort !== b.sourcePort || a.destinationPort !== b.destinationPort) return false;
  return a.addresses.every((word, at) => word === b.addresses[at]);
}
