import type { UsedFields } from "../object/used-fields.ts";
import { JsonCut } from "./cut-json.ts";
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

/** A chunk of a socket and the rest of the one before; for larger objects it is made anew. */
const ROOM = 128 * 1024;
const ITEMS = '"items"';

/**
 * Takes a list apart while it comes, so that one object at a time is cut down, parsed and dies young: a page of five
 * hundred, parsed at once, outlives the nursery and makes the heap grow by what is thrown away.
 */
export class ListItems {
  readonly #onItem: (json: string) => void;
  readonly #cut: JsonCut;
  /**
   * What came and has not been taken: less than one item, or one field of what is around the items, and what came since
   * that was looked at in vain. It is looked at again when it has doubled. One room for all chunks: new ones for each
   * would stay until the heap is looked through.
   */
  #room = Buffer.allocUnsafe(ROOM);
  #length = 0;
  #looked = 0;
  #isInItems = false;
  #isWhole = false;
  /** The list's own fields, but for its items. */
  readonly #around: string[] = [];

  constructor(fields: UsedFields, onItem: (json: string) => void) {
    this.#cut = new JsonCut(fields);
    this.#onItem = onItem;
  }

  push(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#room.length) this.#room = Buffer.concat([this.#room.subarray(0, this.#length)], 2 * length);
    chunk.copy(this.#room, this.#length);
    this.#length = length;
    if (length - this.#looked >= this.#looked) this.#look();
  }

  /** The list without its items, as JSON; undefined where it broke off. */
  end(): string | undefined {
    this.#look();
    return this.#isWhole ? `{${this.#around.join(",")}}` : undefined;
  }

  #look(): void {
    const json = this.#room.subarray(0, this.#length);
    let at = 0;
    for (let next: number | undefined = 0; next !== undefined;) {
      at = next;
      next = this.#next(json, afterBlank(json, at));
    }
    this.#room.copyWithin(0, at, this.#length);
    this.#length -= at;
    this.#looked = this.#length;
  }

  /** The place behind whatever stands at `at`; undefined where not all of it is there, or where nothing can follow. */
  #next(json: Buffer, at: number): number | undefined {
    const octet = json[at];
    if (octet === COMMA) return at + 1;
    if (this.#isInItems) return this.#nextInItems(json, at);
    if (octet === OPEN_MAP) return at + 1;
    if (octet === QUOTE) return this.#nextField(json, at);
    if (octet === CLOSE_MAP) this.#isWhole = true;
    return undefined;
  }

  #nextInItems(json: Buffer, at: number): number | undefined {
    if (json[at] === CLOSE_LIST) {
      this.#isInItems = false;
      return at + 1;
    }
    const item = at < json.length ? this.#cut.cut(json, at) : undefined;
    if (item !== undefined) this.#onItem(item.text);
    return item?.end;
  }

  #nextField(json: Buffer, nameAt: number): number | undefined {
    const nameEnd = afterText(json, nameAt);
    const colon = afterBlank(json, nameEnd);
    const at = afterBlank(json, colon + 1);
    if (at >= json.length || json[colon] !== COLON) return undefined;
    const name = json.toString("utf8", nameAt, nameEnd);
    if (name === ITEMS && json[at] === OPEN_LIST) {
      this.#isInItems = true;
      return at + 1;
    }
    const end = afterValue(json, at);
    if (end >= json.length) return undefined;
    this.#around.push(`${name}:${json.toString("utf8", at, end)}`);
    return end;
  }
}
