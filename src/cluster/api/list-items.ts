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

const EMPTY = Buffer.alloc(0);
const ITEMS = '"items"';

/**
 * Takes a list apart while it comes, so that one object at a time is cut down, parsed and dies young: a page of five
 * hundred, parsed at once, outlives the nursery and makes the heap grow by what is thrown away.
 */
export class ListItems {
  readonly #onItem: (json: string) => void;
  readonly #cut: JsonCut;
  /** What came and has not been taken: less than one item, or one field of what is around the items. */
  #rest: Buffer = EMPTY;
  /** What came since `#rest` was looked at in vain. It is looked at again when it has doubled. */
  #later: Buffer[] = [];
  #laterLength = 0;
  #isInItems = false;
  #isWhole = false;
  /** The list's own fields, but for its items. */
  readonly #around: string[] = [];

  constructor(fields: UsedFields, onItem: (json: string) => void) {
    this.#cut = new JsonCut(fields);
    this.#onItem = onItem;
  }

  push(chunk: Buffer): void {
    this.#later.push(chunk);
    this.#laterLength += chunk.length;
    if (this.#laterLength >= this.#rest.length) this.#look();
  }

  /** The list without its items, as JSON; undefined where it broke off. */
  end(): string | undefined {
    this.#look();
    return this.#isWhole ? `{${this.#around.join(",")}}` : undefined;
  }

  #look(): void {
    const json = Buffer.concat([this.#rest, ...this.#later]);
    this.#later = [];
    this.#laterLength = 0;
    let at = 0;
    for (let next: number | undefined = 0; next !== undefined;) {
      at = next;
      next = this.#next(json, afterBlank(json, at));
    }
    this.#rest = json.subarray(at);
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
