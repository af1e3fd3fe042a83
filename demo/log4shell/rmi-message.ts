// The Java Remote Method Protocol: https://docs.oracle.com/javase/8/docs/platform/rmi/spec/rmi-protocol3.html
// The handshake, the call of the registry's `lookup` and the frame of the return are the protocol's. What is
// returned is not: a real one is a serialized javax.naming.Reference, here it is a string that says the same.
import type { ClassReference } from "./class-reference.ts";

const magic = Buffer.from("JRMI\u0000\u0002", "latin1");
const streamProtocol = 0x4b;
const protocolAck = 0x4e;
const call = 0x50;
const returnData = 0x51;
// Java Object Serialization Stream Protocol, 6.4.2.
const streamHeader = Buffer.from([0xac, 0xed, 0x00, 0x05]);
const blockData = 0x77;
const string = 0x74;

export const handshake = Buffer.concat([magic, Buffer.from([streamProtocol])]);

/** What the server knows its client by. */
export function acknowledge(host: string, port: number): Buffer {
  return Buffer.concat([Buffer.from([protocolAck]), endpoint(host, port)]);
}

/** Octets of an acknowledgement or of an endpoint, undefined where more must come first. */
export function acknowledgementLength(received: Buffer): number | undefined {
  if (received.length < 3) return undefined;
  if (received[0] !== protocolAck) throw new Error("no JRMP server");
  return 3 + received.readUInt16BE(1) + 4;
}

export function endpoint(host: string, port: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeInt32BE(port);
  return Buffer.concat([utf(host), number]);
}

/** java.rmi.registry.Registry has a well-known object id, 0, and `lookup` is its operation 2. */
export function lookupCall(name: string): Buffer {
  const target = Buffer.alloc(34);
  target.writeInt32BE(2, 22);
  target.writeBigInt64BE(0x44154dc9d4e63bdfn, 26);
  const block = Buffer.concat([Buffer.from([blockData, target.length]), target]);
  return Buffer.concat([Buffer.from([call]), streamHeader, block, Buffer.from([string]), utf(name)]);
}

/** The name that a call asks for; undefined where more must come first. */
export function nameInCall(received: Buffer): string | undefined {
  const at = received.indexOf(Buffer.concat([Buffer.from([call]), streamHeader]));
  return at < 0 ? undefined : utfAt(received, at + 1 + streamHeader.length + 2 + 34 + 1);
}

export function returned({ codebase, factory }: ClassReference): Buffer {
  const value = Buffer.concat([Buffer.from([string]), utf(`${codebase} ${factory}`)]);
  return Buffer.concat([Buffer.from([returnData]), streamHeader, value]);
}

export function referenceInReturn(received: Buffer): ClassReference | undefined {
  if (received.length > 0 && received[0] !== returnData) throw new Error("no JRMP return");
  const text = utfAt(received, 1 + streamHeader.length + 1);
  if (text === undefined) return undefined;
  const [codebase = "", factory = ""] = text.split(" ");
  return { codebase, factory };
}

function utf(text: string): Buffer {
  const octets = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(octets.length);
  return Buffer.concat([length, octets]);
}

function utfAt(octets: Buffer, at: number): string | undefined {
  if (octets.length < at + 2) return undefined;
  const end = at + 2 + octets.readUInt16BE(at);
  return octets.length < end ? undefined : octets.toString("utf8", at + 2, end);
}
