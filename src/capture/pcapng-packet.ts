/**
 * The three pcapng blocks that hold a packet. Each function reads the block at the input's position into `frame`
 * and throws a SavefileFault where the block contradicts itself.
 */
import type { Frame } from "./frame.ts";
import type { PcapngInterface, PcapngSection } from "./pcapng-section.ts";
import { boundedTimeUs, ticksToUs } from "./pcapng-time.ts";
import type { SavefileInput } from "./savefile-input.ts";
import { MAX_PACKET_OCTETS, overlongPacket } from "./savefile-limits.ts";

/** Where the packet begins in its block. */
const TIMED_PACKET_START = 28;
const SIMPLE_PACKET_START = 12;
const TRAILER_OCTETS = 4;

export function readEnhancedPacket(input: SavefileInput, section: PcapngSection, frame: Frame): void {
  requireFixedPart(input, section, TIMED_PACKET_START);
  readTimedPacket(input, section, frame, input.view.getUint32(input.position + 8, section.isLittleEndian));
}

/** Like the enhanced one, but 16 bits name the interface and 16 bits count drops. */
export function readObsoletePacket(input: SavefileInput, section: PcapngSection, frame: Frame): void {
  requireFixedPart(input, section, TIMED_PACKET_START);
  readTimedPacket(input, section, frame, input.view.getUint16(input.position + 8, section.isLittleEndian));
}

/** Has no time of its own: the frame keeps that of the packet before. It belongs to the section's first interface. */
export function readSimplePacket(input: SavefileInput, section: PcapngSection, frame: Frame): void {
  requireFixedPart(input, section, SIMPLE_PACKET_START);
  const origin = interfaceOf(input, section, 0);
  const original = input.view.getUint32(input.position + 8, section.isLittleEndian);
  const captured = origin.snapLength === 0 ? original : Math.min(original, origin.snapLength);
  frame.linkType = origin.linkType;
  frame.originalLength = original;
  frame.start = input.position + SIMPLE_PACKET_START;
  takePacket(input, section, frame, captured);
}

function readTimedPacket(input: SavefileInput, section: PcapngSection, frame: Frame, interfaceIndex: number): void {
  const { view, position } = input;
  const { isLittleEndian } = section;
  const origin = interfaceOf(input, section, interfaceIndex);
  const high = view.getUint32(position + 12, isLittleEndian);
  const low = view.getUint32(position + 16, isLittleEndian);
  const captured = view.getUint32(position + 20, isLittleEndian);
  frame.originalLength = Math.max(view.getUint32(position + 24, isLittleEndian), captured);
  frame.linkType = origin.linkType;
  frame.timeUs = boundedTimeUs(ticksToUs(high, low, origin.ticksPerSecond) + origin.offsetUs);
  frame.start = position + TIMED_PACKET_START;
  takePacket(input, section, frame, captured);
}

function requireFixedPart(input: SavefileInput, section: PcapngSection, length: number): void {
  if (section.blockOctets < length + TRAILER_OCTETS) throw input.fault("corrupt length: the packet block is too short");
}

function interfaceOf(input: SavefileInput, section: PcapngSection, index: number): PcapngInterface {
  const origin = section.interfaces[index];
  if (origin === undefined) throw input.fault(`it names interface ${index}, which the section doesn't describe`);
  section.origin = origin;
  return origin;
}

/** The packet begins at `frame.start`; that it ends within its block, too, is checked here. */
function takePacket(input: SavefileInput, section: PcapngSection, frame: Frame, captured: number): void {
  if (captured > MAX_PACKET_OCTETS) throw input.fault(overlongPacket(captured));
  const room = input.position + section.blockOctets - TRAILER_OCTETS - frame.start;
  if (captured > room) throw input.fault(`record is cut off: ${captured} octets promised, ${room} in its block`);
  frame.bytes = input.bytes;
  frame.end = frame.start + captured;
}
