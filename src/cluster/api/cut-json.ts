import type { UsedFields } from "../object/used-fields.ts";
import { type FieldOctets, fieldOctets, usedAt } from "./field-octets.ts";
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

const NOTHING = Buffer.alloc(0);
/** Of what is kept of one object; for a larger one the room is made anew. */
const ROOM = 16 * 1024;

/** Takes out of an object's JSON what nobody reads, names and all, before it is parsed: of a pod three quarters. */
export class JsonCut {
  readonly #fields: FieldOctets;
  #json: Buffer = NOTHING;
  #kept = Buffer.allocUnsafe(ROOM);
  #length = 0;
  /** Up to here what is kept has been taken over. */
  #taken = 0;

  constructor(fields: UsedFields) {
    this.#fields = fieldOctets(fields);
  }

  /** What is left of the value at `at`, and the place behind it; undefined where the piece breaks off before. */
  cut(json: Buffer, at: number): { readonly text: string; readonly end: number } | undefined {
    this.#json = json;
    this.#length = 0;
    this.#taken = at;
    const end = this.#value(at, this.#fields);
    if (end >= json.length) return undefined;
    this.#drop(end, end);
    return { text: this.#kept.toString("utf8", 0, this.#length), end };
  }

  #value(at: number, fields: FieldOctets): number {
    if (fields === true) return afterValue(this.#json, at);
    const first = this.#json[at];
    if (first === OPEN_MAP) return this.#map(at + 1, fields);
    return first === OPEN_LIST ? this.#list(at + 1, fields) : afterValue(this.#json, at);
  }

  #list(begin: number, fields: FieldOctets): number {
    for (let at = afterBlank(this.#json, begin); at < this.#json.length; at = afterBlank(this.#json, at)) {
      const octet = this.#json[at];
      if (octet === CLOSE_LIST) return at + 1;
      at = octet === COMMA ? at + 1 : this.#value(at, fields);
    }
    return this.#json.length;
  }

  /** A member that goes takes the comma before it along; what is before the first that stays goes whole. */
  #map(begin: number, fields: Exclude<FieldOctets, true>): number {
    const json = this.#json;
    let hasKept = false;
    let behind = begin;
    for (let at = afterBlank(json, begin); at < json.length; at = afterBlank(json, at)) {
      const octet = json[at];
      if (octet === CLOSE_MAP) {
        if (!hasKept) this.#drop(begin, at);
        return at + 1;
      }
      if (octet === COMMA) {
        at += 1;
        continue;
      }
      if (octet !== QUOTE) break; // No JSON, which is found out when it is parsed.
      const nameEnd = afterText(json, at);
      const valueAt = this.#valueAt(nameEnd);
      if (valueAt === undefined) break;
      const used = usedAt(fields, json, at + 1, nameEnd - 1);
      if (used !== undefined && !hasKept) this.#drop(begin, at);
      const end = used === undefined ? afterValue(json, valueAt) : this.#value(valueAt, used);
      if (used === undefined && hasKept) this.#drop(behind, end);
      hasKept ||= used !== undefined;
      at = behind = end;
    }
    return json.length;
  }

  /** Where the value of the name that ends there begins. */
  #valueAt(nameEnd: number): number | undefined {
    const colon = afterBlank(this.#json, nameEnd);
    const at = afterBlank(this.#json, colon + 1);
    return at < this.#json.length && this.#json[colon] === COLON ? at : undefined;
  }

  /** Takes over what stands before `begin`, and goes on at `end`. */
  #drop(begin: number, end: number): void {
    if (begin > this.#taken) {
      const length = this.#length + begin - this.#taken;
      if (length > this.#kept.length) this.#kept = Buffer.concat([this.#kept], 2 * length);
      this.#json.copy(this.#kept, this.#length, this.#taken, begin);
      this.#length = length;
    }
    this.#taken = end;
  }
}
