/** DER, as far as a certificate needs it: ITU-T X.690. Every value is a tag, its length, and its content. */

export function sequence(...parts: readonly Buffer[]): Buffer {
  return value(0x30, ...parts);
}

export function set(...parts: readonly Buffer[]): Buffer {
  return value(0x31, ...parts);
}

/** Of the class that a schema gives meaning to, `[number]`; made of values, or in the place of one. */
export function contextual(number: number, kind: "constructed" | "primitive", ...parts: readonly Buffer[]): Buffer {
  return value((kind === "constructed" ? 0xa0 : 0x80) | number, ...parts);
}

/** Not negative: a first octet with its highest bit set would be. */
export function integer(octets: Buffer): Buffer {
  return value(0x02, ...(octets[0]! >= 0x80 ? [Buffer.of(0)] : []), octets);
}

export function boolean(isTrue: boolean): Buffer {
  return value(0x01, Buffer.of(isTrue ? 0xff : 0));
}

export function octetString(content: Buffer): Buffer {
  return value(0x04, content);
}

/** With so many bits of the last octet unused. */
export function bitString(content: Buffer, unused = 0): Buffer {
  return value(0x03, Buffer.of(unused), content);
}

export function utf8(text: string): Buffer {
  return value(0x0c, Buffer.from(text));
}

/** GeneralizedTime to the second, as RFC 5280, 4.1.2.5.2 has it; UTCTime up to 2049, which it demands. */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\.\d+|\D/gu, "");
  const isLate = Number(digits.slice(0, 4)) >= 2050;
  return value(isLate ? 0x18 : 0x17, Buffer.from(`${isLate ? digits : digits.slice(2)}Z`));
}

/** `1.2.840.10045.4.3.2`: the first two arcs in one octet, the others seven bits an octet. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return value(0x06, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): readonly number[] {
  const low = arc & 0x7f;
  const high: number[] = [];
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) high.unshift(0x80 | (rest & 0x7f));
  return [...high, low];
}

function value(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

/** X.690, 8.1.3: one octet below 128, else how many octets there are and then those. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const long = length < 0x100 ? Buffer.of(length) : Buffer.of(length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(0x80 | long.length), long]);
}
