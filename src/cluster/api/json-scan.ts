/**
 * Places in a piece of JSON, octet by octet: strict enough to find where a value ends, and no more, since what is kept
 * is parsed afterwards. Where the piece breaks off, the place is its end.
 */

const BACKSLASH = 0x5c;
const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN_MAP = 0x7b;
export const CLOSE_MAP = 0x7d;

/** The first place from `at` on that is no white space. */
export function afterBlank(json: Buffer, at: number): number {
  let next = at;
  while (next < json.length && json[next]! <= SPACE) next += 1;
  return next;
}

/** Behind the text whose first quote is at `at`. */
export function afterText(json: Buffer, at: number): number {
  for (let next = at + 1; next < json.length; next += 1) {
    const octet = json[next];
    if (octet === QUOTE) return next + 1;
    if (octet === BACKSLASH) next += 1;
  }
  return json.length;
}

/** Behind the value that begins at `at`. */
export function afterValue(json: Buffer, at: number): number {
  const first = json[at];
  if (first === QUOTE) return afterText(json, at);
  if (first === OPEN_MAP || first === OPEN_LIST) return afterNested(json, at);
  let next = at;
  while (next < json.length && !isAfterScalar(json[next]!)) next += 1;
  return next === at ? json.length : next; // No value at all: as if it broke off here.
}

function afterNested(json: Buffer, at: number): number {
  let depth = 0;
  for (let next = at; next < json.length; next += 1) {
    const octet = json[next];
    if (octet === QUOTE) next = afterText(json, next) - 1;
    else if (octet === OPEN_MAP || octet === OPEN_LIST) depth += 1;
    else if (octet === CLOSE_MAP || octet === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return next + 1;
    }
  }
  return json.length;
}

function isAfterScalar(octet: number): boolean {
  return octet === COMMA || octet === CLOSE_MAP || octet === CLOSE_LIST || octet <= SPACE;
}
