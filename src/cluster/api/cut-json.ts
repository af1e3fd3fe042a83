import type { UsedFields } from "../object/used-fields.ts";
import {
  afterBlank,
  afterText,
  afterValue,
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  OPEN_LIST,
  OPEN_MAP,
  QUOTE,
} from "./json-scan.ts";

const NULL = Buffer.from("null");
/** Of what is kept of one object; for a larger one the room is made anew. */
const ROOM = 16 * 1024;

/**
 * Takes out of an object's JSON what nobody reads, before it is parsed: of a pod two thirds. A value that is not used
 * becomes null, which is the same as absent, and needs no comma moved.
 */
export class JsonCut {
  #json: Buffer = NULL;
  #kept = Buffer.allocUnsafe(ROOM);
  #length = 0;
  /** Up to here what is kept has been taken over. */
  #taken = 0;

  /** What is left of the value at `at`, and the place behind it; undefined where the piece breaks off before. */
  cut(json: Buffer, at: number, fields: UsedFields): { readonly text: string; readonly end: number } | undefined {
    this.#json = json;
    this.#length = 0;
    this.#taken = at;
    const end = this.#value(at, fields);
    if (end >= json.length) return undefined;
    this.#keep(json, this.#taken, end);
    return { text: this.#kept.toString("utf8", 0, this.#length), end };
  }

  #value(at: number, fields: UsedFields): number {
    if (fields === true) return afterValue(this.#json, at);
    const first = this.#json[at];
    if (first === OPEN_MAP) return this.#map(at + 1, fields);
    return first === OPEN_LIST ? this.#list(at + 1, fields) : afterValue(this.#json, at);
  }

  #list(begin: number, fields: UsedFields): number {
    for (let at = afterBlank(this.#json, begin); at < this.#json.length; at = afterBlank(this.#json, at)) {
      const octet = this.#json[at];
      if (octet === CLOSE_LIST) return at + 1;
      at = octet === COMMA ? at + 1 : this.#value(at, fields);
    }
    return this.#json.length;
  }

  #map(begin: number, fields: Exclude<UsedFields, true>): number {
    for (let at = afterBlank(this.#json, begin); at < this.#json.length; at = afterBlank(this.#json, at)) {
      const octet = this.#json[at];
      if (octet === CLOSE_MAP) return at + 1;
      if (octet === COMMA) at += 1;
      else if (octet === QUOTE) at = this.#member(at, fields);
      else break; // No JSON, which is found out when it is parsed.
    }
    return this.#json.length;
  }

  #member(nameAt: number, fields: Exclude<UsedFields, true>): number {
    const json = this.#json;
    const nameEnd = afterText(json, nameAt);
    const colon = afterBlank(json, nameEnd);
    const at = afterBlank(json, colon + 1);
    if (at >= json.length || json[colon] !== COLON) return json.length;
    // The API writes its fields' names without escapes.
    const name = json.toString("latin1", nameAt + 1, nameEnd - 1);
    if (Object.hasOwn(fields, name)) return this.#value(at, fields[name]!);
    const end = afterValue(json, at);
    this.#keep(json, this.#taken, at);
    this.#keep(NULL, 0, NULL.length);
    this.#taken = end;
    return end;
  }

  #keep(from: Buffer, begin: number, end: number): void {
    const length = this.#length + end - begin;
    if (length > this.#kept.length) this.#kept = Buffer.concat([this.#kept], 2 * length);
    from.copy(this.#kept, this.#length, begin, end);
    this.#length = length;
  }
}
