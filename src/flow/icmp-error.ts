import { type Headers, Protocol } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";

/** RFC 792: destination unreachable; its code 4 asks for fragmentation and refuses nothing. */
const ICMP_UNREACHABLE = 3;
const ICMP_FRAGMENTATION_NEEDED = 4;
/** RFC 4443, 3.1. */
const ICMPV6_UNREACHABLE = 1;

/**
 * In: an ICMP error that quotes a packet. Out: the attempt that it answers is refused. An error is believed
 * only while nothing else has come back, and for TCP only if it quotes the SYN's own sequence number: who
 * forges errors must have seen the SYN.
 */
export function trackIcmpError(table: ConnectionTable, headers: Headers): void {
  if (!headers.hasQuoted || !isUnreachable(headers)) return;
  const view = table.views.findQuoted(headers);
  if (view === undefined || view.connection.phase !== "attempted") return;
  if (view.protocol === Protocol.TCP && headers.quoted.tcpSequence !== view.clientToken) return;
  view.connection.outcome = "refused";
  const { timeUs } = headers;
  if (timeUs > view.connection.endUs) view.connection.endUs = timeUs;
  table.end(view.connection, timeUs);
}

function isUnreachable(headers: Headers): boolean {
  if (headers.protocol === Protocol.ICMPV6) return headers.icmpType === ICMPV6_UNREACHABLE;
  return headers.icmpType === ICMP_UNREACHABLE && headers.icmpCode !== ICMP_FRAGMENTATION_NEEDED;
}
