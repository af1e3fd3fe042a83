const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
/** Of what is inside the list object, and inside its `items`, the only list that stands there. */
const IN_LIST = 1;
const IN_ITEMS = 2;

/**
 * Takes a list apart while it comes, so that one object at a time is parsed and dies young: a page of five
 * hundred, parsed at once, outlives the nursery and makes the heap grow by what is thrown away.
 */
export class ListItems {
  readonly #onItem: (json: string) => void;
  #depth = 0;
  /** The one list right inside the list object is `items`. */
  #isInItems = false;
  #isInText = false;
  #isEscaped = false;
  /** What came of an item, or of what is around the items, in chunks before this one. */
  #pieces: Buffer[] = [];
  #around = "";

  constructor(onItem: (json: string) => void) {
    this.#onItem = onItem;
  }

  push(chunk: Buffer): void {
    let depth = this.#depth;
    let isInItems = this.#isInItems;
    let isInText = this.#isInText;
    let isEscaped = this.#isEscaped;
    // Between two items there is nothing to keep.
    let from = isInItems && depth === IN_ITEMS ? chunk.length : 0;
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at];
      if (isInText) {
        if (isEscaped) isEscaped = false;
        else if (octet === BACKSLASH) isEscaped = true;
        else if (octet === QUOTE) isInText = false;
      } else if (octet === QUOTE) isInText = true;
      else if (octet === OPEN_MAP) {
        if (isInItems && depth === IN_ITEMS) from = at;
        depth += 1;
      } else if (octet === OPEN_LIST) {
        if (depth === IN_LIST) {
          this.#around += this.#take(chunk, from, at + 1);
          from = chunk.length;
          isInItems = true;
        }
        depth += 1;
      } else if (octet === CLOSE_MAP) {
        depth -= 1;
        if (isInItems && depth === IN_ITEMS) {
          this.#onItem(this.#take(chunk, from, at + 1));
          from = chunk.length;
        }
      } else if (octet === CLOSE_LIST) {
        depth -= 1;
        if (depth === IN_LIST) {
          from = at;
          isInItems = false;
        }
      }
    }
    if (from < chunk.length) this.#pieces.push(chunk.subarray(from));
    this.#depth = depth;
    this.#isInItems = isInItems;
    this.#isInText = isInText;
    this.#isEscaped = isEscaped;
  }

  /** The list without its items, as JSON; undefined where it broke off. */
  end(): string | undefined {
    return this.#depth === 0 ? this.#around + this.#take(Buffer.alloc(0), 0, 0) : undefined;
  }

  #take(chunk: Buffer, from: number, until: number): string {
    if (this.#pieces.length === 0) return chunk.toString("utf8", from, until);
    const whole = Buffer.concat([...this.#pieces, chunk.subarray(from, until)]);
    this.#pieces = [];
    return whole.toString("utf8");
  }
}
