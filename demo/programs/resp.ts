// RESP2, the Redis serialization protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
// Strings here hold one octet a character (latin1), so that lengths count octets.

export interface Command {
  readonly words: readonly string[];
  /** What arrived after it. */
  readonly rest: string;
}

/** A command is an array of bulk strings. */
export function encodeCommand(words: readonly string[]): string {
  return [`*${words.length}\r\n`, ...words.map(encodeBulk)].join("");
}

export function encodeBulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** Takes the first command off what has arrived; `incomplete` where more must come first, `malformed` where nothing will help. */
export function takeCommand(received: string): Command | "incomplete" | "malformed" {
  const first = takeLength(received, "*");
  if (typeof first === "string") return first;
  const words: string[] = [];
  let { rest } = first;
  for (let n = 0; n < first.length; n += 1) {
    const bulk = takeLength(rest, "$");
    if (typeof bulk === "string") return bulk;
    if (bulk.rest.length < bulk.length + 2) return "incomplete";
    words.push(bulk.rest.slice(0, bulk.length));
    rest = bulk.rest.slice(bulk.length + 2);
  }
  return { words, rest };
}

/** Takes a line such as `*2` or `$4`. */
function takeLength(text: string, sign: "*" | "$"): { length: number; rest: string } | "incomplete" | "malformed" {
  const end = text.indexOf("\r\n");
  if (end < 0) return text.length > 32 ? "malformed" : "incomplete";
  const length = Number(text.slice(1, end));
  const isSane = text.startsWith(sign) && Number.isInteger(length) && length >= 0 && length <= 1_000_000;
  return isSane ? { length, rest: text.slice(end + 2) } : "malformed";
}
