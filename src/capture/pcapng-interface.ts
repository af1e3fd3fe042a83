import { isReadableLinkType } from "./link-type.ts";
import type { PcapngInterface, PcapngSection } from "./pcapng-section.ts";
import type { SavefileInput } from "./savefile-input.ts";

const OPTIONS_START = 16;
const TRAILER_OCTETS = 4;
const OptionCode = { END: 0, TIME_RESOLUTION: 9, TIME_OFFSET: 14 } as const;
/** Finer ones would not fit the 64 bits of a time stamp; libpcap draws the line there too. */
const MAX_DECIMAL_EXPONENT = 19;
const MAX_BINARY_EXPONENT = 63;

/** Reads the Interface Description Block at the input's position. Throws a SavefileFault. */
export function readInterface(input: SavefileInput, section: PcapngSection): PcapngInterface {
  const { view, position } = input;
  const { isLittleEndian } = section;
  const end = position + section.blockOctets - TRAILER_OCTETS;
  if (position + OPTIONS_START > end) throw input.fault("corrupt length: the interface description is too short");
  const linkType = view.getUint16(position + 8, isLittleEndian);
  const snapLength = view.getUint32(position + 12, isLittleEndian);
  const times = readTimeOptions(input, end, isLittleEndian);
  const index = section.interfaces.length;
  return { index, linkType, isReadable: isReadableLinkType(linkType), snapLength, ...times };
}

function readTimeOptions(input: SavefileInput, end: number, isLittleEndian: boolean) {
  const { view } = input;
  let ticksPerSecond = 1_000_000;
  let offsetUs = 0;
  for (let at = input.position + OPTIONS_START; at + 4 <= end;) {
    const code = view.getUint16(at, isLittleEndian);
    const length = view.getUint16(at + 2, isLittleEndian);
    if (code === OptionCode.END) break;
    if (at + 4 + length > end) throw input.fault("corrupt length: an option runs out of its interface description");
    if (code === OptionCode.TIME_RESOLUTION && length === 1) ticksPerSecond = resolution(input, view.getUint8(at + 4));
    if (code === OptionCode.TIME_OFFSET && length === 8) {
      offsetUs = Number(view.getBigInt64(at + 4, isLittleEndian)) * 1_000_000;
    }
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { ticksPerSecond, offsetUs };
}

/** The exponent is of 2 where the most significant bit is set, else of 10. */
function resolution(input: SavefileInput, option: number): number {
  const exponent = option & 0x7f;
  const isBinary = option > 0x7f;
  if (exponent > (isBinary ? MAX_BINARY_EXPONENT : MAX_DECIMAL_EXPONENT)) {
    throw input.fault(`the interface claims a time resolution of ${isBinary ? 2 : 10}^-${exponent} seconds`);
  }
  return (isBinary ? 2 : 10) ** exponent;
}
