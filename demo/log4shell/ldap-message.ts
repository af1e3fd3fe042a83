// LDAPv3 messages, RFC 4511: as much as a bind and a search take.
import { type Element, decodeInteger, elementsIn, encode, encodeInteger, encodeText, tags } from "./ber.ts";

/** Tags of protocolOp, RFC 4511, appendix B. */
export const operations = {
  bindRequest: 0x60,
  bindResponse: 0x61,
  unbindRequest: 0x42,
  searchRequest: 0x63,
  searchResultEntry: 0x64,
  searchResultDone: 0x65,
  abandonRequest: 0x50,
} as const;

export interface LdapMessage {
  readonly id: number;
  readonly operation: Element;
}

export type Attributes = Readonly<Record<string, string>>;

export function encodeMessage(id: number, operation: Buffer): Buffer {
  return encode(tags.sequence, encodeInteger(id), operation);
}

export function decodeMessage({ content }: Element): LdapMessage {
  const [id, operation] = elementsIn(content);
  if (id === undefined || operation === undefined) throw new Error("no LDAP message");
  return { id: decodeInteger(id.content), operation };
}

/** An anonymous one, of version 3. */
export function bindRequest(): Buffer {
  const noPassword = encodeText("", 0x80);
  return encode(operations.bindRequest, encodeInteger(3), encodeText(""), noPassword);
}

/** For one entry with all its attributes: baseObject, never dereferenced, no limits, `(objectClass=*)`. */
export function searchRequest(name: string): Buffer {
  const zeros = [tags.enumerated, tags.enumerated, tags.integer, tags.integer].map((tag) => encodeInteger(0, tag));
  const present = encodeText("objectClass", 0x87);
  const typesOnly = encode(0x01, Buffer.from([0]));
  return encode(operations.searchRequest, encodeText(name), ...zeros, typesOnly, present, encode(tags.sequence));
}

/** LDAPResult: 0 is success. */
export function result(operation: number, code: number): Buffer {
  return encode(operation, encodeInteger(code, tags.enumerated), encodeText(""), encodeText(""));
}

export function entry(name: string, attributes: Attributes): Buffer {
  const list = Object.entries(attributes).map(([type, value]) =>
    encode(tags.sequence, encodeText(type), encode(tags.set, encodeText(value))),
  );
  return encode(operations.searchResultEntry, encodeText(name), encode(tags.sequence, ...list));
}

/** Of an attribute with several values the first. */
export function attributesOf({ content }: Element): Attributes {
  const [, list] = elementsIn(content);
  const pairs = elementsIn(list?.content ?? Buffer.alloc(0)).map((attribute) => {
    const [type, values] = elementsIn(attribute.content);
    const [value] = elementsIn(values?.content ?? Buffer.alloc(0));
    return [String(type?.content ?? ""), String(value?.content ?? "")] as const;
  });
  return Object.fromEntries(pairs);
}
