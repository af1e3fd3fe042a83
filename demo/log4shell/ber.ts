// ASN.1 basic encoding rules (X.690), as far as LDAP uses them: tags of one octet, definite lengths.

export interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

export const tags = { integer: 0x02, octetString: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31 } as const;

export function encode(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content]);
}

export function encodeText(text: string, tag: number = tags.octetString): Buffer {
  return encode(tag, Buffer.from(text));
}

/** Two's complement in as few octets as hold it; for 0 to 2^31 - 1, which is all that LDAP has. */
export function encodeInteger(value: number, tag: number = tags.integer): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value);
  let first = 0;
  while (first < 3 && octets[first] === 0 && (octets[first + 1] ?? 0) < 0x80) first += 1;
  return encode(tag, octets.subarray(first));
}

export function decodeInteger(content: Buffer): number {
  return content.length === 0 || content.length > 4 ? 0 : content.readIntBE(0, content.length);
}

/** X.690, 8.1.3: up to 127 in one octet, else the number of octets that follow. */
function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

/** Takes the first element off what has arrived; undefined where more must come first. Throws where nothing will help. */
export function takeElement(octets: Buffer): { readonly element: Element; readonly rest: Buffer } | undefined {
  const [tag, first] = octets;
  if (tag === undefined || first === undefined) return undefined;
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || more > 3) throw new Error("a BER length that LDAP does not use");
  const start = 2 + more;
  if (octets.length < start) return undefined;
  const end = start + (more === 0 ? first : octets.readUIntBE(2, more));
  if (octets.length < end) return undefined;
  return { element: { tag, content: octets.subarray(start, end) }, rest: octets.subarray(end) };
}

/** The elements that a constructed one holds. Throws where its last is cut off. */
export function elementsIn(content: Buffer): readonly Element[] {
  const elements: Element[] = [];
  for (let left = content; left.length > 0;) {
    const taken = takeElement(left);
    if (taken === undefined) throw new Error("a BER element that is cut off");
    elements.push(taken.element);
    left = taken.rest;
  }
  return elements;
}
