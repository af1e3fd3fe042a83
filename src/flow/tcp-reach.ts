import { type Headers, TcpFlag } from "../packet/headers.ts";
import { canWrap, carriable } from "./link-speed.ts";
import { type TrackedConnection, type TrackedSide, UNSEEN } from "./tracked.ts";

/**
 * How far each side's octets have come, modulo 2^32 (RFC 9293, 3.4). Where every segment is seen they follow
 * one another without a gap and the count is exact, however long it takes. A gap, such as all that the kernel
 * filter holds back between SYN and FIN, is bridged by the numbers, and exact only where it was too short for
 * any link to have carried 2^32 octets.
 */

/** A stray segment of another connection has a number far from ours: no window reaches so far at once. */
const MAX_LEAP_OCTETS = 2 ** 24;
const HALF_OF_ALL = 0x7fffffff;

/** The initial sequence number of a side has been seen, maybe once more: its octets begin after it, and none has passed before. */
export function beginAt(side: TrackedSide, initial: number, timeUs: number): void {
  const first = (initial + 1) >>> 0;
  if (side.reach === UNSEEN || side.reach === first) {
    side.reach = first;
    if (timeUs > side.reachedUs) side.reachedUs = timeUs;
  } else {
    side.octets = (side.reach - first) >>> 0;
  }
}

/** Data on a SYN (RFC 7413): the SYN takes one number, and the data follow. */
export function noteSynData(side: TrackedSide, headers: Headers): void {
  if (headers.payloadLength === 0 || side.octets > 0) return;
  side.octets = headers.payloadLength;
  side.reach = (side.reach + headers.payloadLength) >>> 0;
}

/** Takes note of how far this segment says that its sender has come. */
export function noteReach(side: TrackedSide, headers: Headers): void {
  if (side.hasFin) return;
  const elapsedUs = headers.timeUs - side.reachedUs;
  const end = (headers.tcpSequence + headers.payloadLength) >>> 0;
  if (side.reach === UNSEEN) {
    side.octets = headers.payloadLength;
    return beginUnknown(side, headers, end);
  }
  const ahead = (end - side.reach) >>> 0;
  if (ahead > leap(elapsedUs) + headers.payloadLength || !isAhead(side, headers, ahead)) return;
  if (canWrap(elapsedUs) && !isNext(side, headers, ahead)) side.mayHaveWrapped = true;
  moveTo(side, end, headers.timeUs);
}

/** The other side has acknowledged so much: at least that was sent. */
export function noteAcknowledged(side: TrackedSide, headers: Headers): void {
  const { tcpAcknowledgment: end, timeUs } = headers;
  if (side.hasFin || (headers.tcpFlags & TcpFlag.ACK) === 0) return;
  if (side.reach === UNSEEN) return beginUnknown(side, headers, end);
  const elapsedUs = timeUs - side.reachedUs;
  const ahead = (end - side.reach) >>> 0;
  if (ahead === 0 || ahead > HALF_OF_ALL || ahead > leap(elapsedUs)) return;
  if (canWrap(elapsedUs)) side.mayHaveWrapped = true;
  moveTo(side, end, timeUs);
}

/** Takes note of a side's end. False for a FIN that can't be of this connection. */
export function noteFin(side: TrackedSide, headers: Headers): boolean {
  if (side.hasFin) return true;
  const end = (headers.tcpSequence + headers.payloadLength) >>> 0;
  if (isBehind(side, end)) {
    side.octets -= (side.reach - end) >>> 0;
    side.reach = end;
  } else noteReach(side, headers);
  side.hasFin = side.reach === end;
  return side.hasFin;
}

/**
 * Whether a FIN ends what was counted beyond it already: by one, where its acknowledgment came before it by another
 * interface (it takes a number itself); by more, where its sender went back and took what was not acknowledged for not
 * sent. Nothing counts behind a FIN (RFC 9293, 3.10.7.4).
 */
function isBehind({ reach, octets, isFollowed }: TrackedSide, end: number): boolean {
  const behind = (reach - end) >>> 0;
  return behind > 0 && behind <= octets && (behind === 1 || (isFollowed && behind <= HALF_OF_ALL));
}

/** Nobody said where this side began: what is counted from here is a lower bound. */
function beginUnknown(side: TrackedSide, headers: Headers, end: number): void {
  side.reach = end;
  side.reachedUs = headers.timeUs;
}

function moveTo(side: TrackedSide, end: number, timeUs: number): void {
  side.octets += (end - side.reach) >>> 0;
  side.reach = end;
  if (timeUs > side.reachedUs) side.reachedUs = timeUs;
}

/** How far a side can have come since it was last seen. */
function leap(elapsedUs: number): number {
  return carriable(elapsedUs) + MAX_LEAP_OCTETS;
}

/** More than half of all numbers ahead is behind, but for an end, where nothing else is seen. */
function isAhead(side: TrackedSide, headers: Headers, ahead: number): boolean {
  if (ahead <= HALF_OF_ALL || (headers.tcpFlags & TcpFlag.FIN) !== 0) return true;
  return (headers.tcpFlags & TcpFlag.RST) !== 0 && !side.isFollowed;
}

/** Whether nothing was sent unseen before this segment. An end that follows without a gap says so only where more than ends are seen. */
function isNext(side: TrackedSide, headers: Headers, ahead: number): boolean {
  const isWithoutGap = ahead === 0 || headers.tcpSequence === side.reach;
  return isWithoutGap && (side.isFollowed || !isEnd(headers));
}

function isEnd(headers: Headers): boolean {
  return (headers.tcpFlags & (TcpFlag.FIN | TcpFlag.RST)) !== 0;
}

/** Whether a connection's count is that of every octet. */
export function isExact({ client, server, clientToken, serverToken }: TrackedConnection): boolean {
  const hasEnds = client.hasFin && server.hasFin && clientToken !== UNSEEN && serverToken !== UNSEEN;
  return hasEnds && !client.mayHaveWrapped && !server.mayHaveWrapped;
}
