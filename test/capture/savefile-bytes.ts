/** Octets of pcap and pcapng files for tests, and what readSavefile makes of a file, as plain values. */
import type { Frame } from "../../src/capture/frame.ts";
import { readSavefile } from "../../src/capture/savefile.ts";
import { SavefileFault } from "../../src/capture/savefile-fault.ts";

export interface ReadPacket {
  readonly linkType: number;
  readonly timeUs: number;
  readonly octets: readonly number[];
  readonly originalLength: number;
}

/** The packets of a file, and the message of the fault that it ends with. */
export async function readWhole(path: string) {
  const packets: ReadPacket[] = [];
  try {
    const count = await readSavefile(path, (frame) => packets.push(snapshot(frame)));
    return { packets, count };
  } catch (error) {
    if (!(error instanceof SavefileFault)) throw error;
    return { packets, fault: error.reason, at: error.packet };
  }
}

function snapshot({ linkType, timeUs, bytes, start, end, originalLength }: Frame): ReadPacket {
  return { linkType, timeUs, octets: [...bytes.subarray(start, end)], originalLength };
}

/** Numbers of 16 and 32 bits in one byte order. */
export function byteOrder(isLittleEndian: boolean) {
  const ordered = (octets: number[]) => (isLittleEndian ? octets.reverse() : octets);
  const u16 = (value: number) => ordered([(value >>> 8) & 0xff, value & 0xff]);
  const u32 = (value: number) =>
    ordered([(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
  return { u16, u32 };
}

export interface PcapOptions {
  readonly magic?: number;
  readonly isLittleEndian?: boolean;
  readonly version?: readonly [major: number, minor: number];
  readonly linkType?: number;
}

export interface PcapRecord {
  readonly seconds?: number;
  readonly fraction?: number;
  readonly octets?: readonly number[];
  readonly captured?: number;
  readonly original?: number;
  /** Between the lengths and the packet. */
  readonly more?: readonly number[];
}

export function pcap(records: readonly PcapRecord[], options: PcapOptions = {}): Buffer {
  const { u16, u32 } = byteOrder(options.isLittleEndian ?? true);
  const [major, minor] = options.version ?? [2, 4];
  const magic = u32(options.magic ?? 0xa1b2c3d4);
  const header = [magic, u16(major), u16(minor), u32(0), u32(0), u32(262144), u32(options.linkType ?? 101)];
  const parts = records.map(({ seconds = 1, fraction = 0, octets = [], captured, original, more = [] }) => [
    ...[u32(seconds), u32(fraction), u32(captured ?? octets.length), u32(original ?? octets.length)].flat(),
    ...more,
    ...octets,
  ]);
  return Buffer.from([...header, ...parts].flat());
}

/** Blocks of a pcapng section, each a function of its byte order. */
export type Block = (order: ReturnType<typeof byteOrder>) => number[];

export function block(type: number, body: (order: ReturnType<typeof byteOrder>) => number[]): Block {
  return (order) => {
    const octets = padded(body(order));
    const length = order.u32(octets.length + 12);
    return [...order.u32(type), ...length, ...octets, ...length];
  };
}

function padded(octets: number[]): number[] {
  return [...octets, ...Array.from({ length: (4 - (octets.length % 4)) % 4 }, () => 0)];
}

export interface InterfaceOptions {
  readonly linkType?: number;
  readonly snapLength?: number;
  /** Option 9. */
  readonly resolution?: number;
  /** Option 14, seconds below 2^32. */
  readonly offset?: number;
}

export function interfaceBlock({ linkType = 101, snapLength = 0, resolution, offset }: InterfaceOptions = {}): Block {
  return block(1, ({ u16, u32 }) => {
    const name = [...u16(2), ...u16(3), 0x65, 0x74, 0x68, 0];
    const time = resolution === undefined ? [] : [...u16(9), ...u16(1), resolution, 0, 0, 0];
    const isBigEndian = u16(1)[0] === 0;
    const halves = isBigEndian ? [u32(0), u32(offset ?? 0)] : [u32(offset ?? 0), u32(0)];
    const shift = offset === undefined ? [] : [...u16(14), ...u16(8), ...halves.flat()];
    return [...u16(linkType), ...u16(0), ...u32(snapLength), ...name, ...time, ...shift, ...u16(0), ...u16(0)];
  });
}

export interface PacketFields {
  readonly interfaceIndex?: number;
  readonly high?: number;
  readonly low?: number;
  readonly captured?: number;
  readonly original?: number;
}

export function enhancedPacket(octets: readonly number[], fields: PacketFields = {}): Block {
  const { interfaceIndex = 0, high = 0, low = 0, captured = octets.length, original = octets.length } = fields;
  const comment = [0x68, 0x69, 0, 0];
  return block(6, ({ u16, u32 }) => [
    ...[interfaceIndex, high, low, captured, original].flatMap(u32),
    ...padded([...octets]),
    ...u16(1),
    ...u16(2),
    ...comment,
    ...u32(0),
  ]);
}

export function obsoletePacket(octets: readonly number[], { interfaceIndex = 0, low = 0 }: PacketFields = {}): Block {
  return block(2, ({ u16, u32 }) => [
    ...u16(interfaceIndex),
    ...u16(0xffff),
    ...[0, low, octets.length, octets.length].flatMap(u32),
    ...octets,
  ]);
}

export function simplePacket(octets: readonly number[], original = octets.length): Block {
  return block(3, ({ u32 }) => [...u32(original), ...octets]);
}

export function section(isLittleEndian: boolean, blocks: readonly Block[], version = [1, 0]): Buffer {
  const order = byteOrder(isLittleEndian);
  const header = block(0x0a0d0d0a, ({ u16, u32 }) => [
    ...u32(0x1a2b3c4d),
    ...version.flatMap(u16),
    ...u32(0xffffffff),
    ...u32(0xffffffff),
  ]);
  return Buffer.from([header, ...blocks].flatMap((part) => part(order)));
}
