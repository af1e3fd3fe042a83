import { type Labels, Unreadable } from "./ground.ts";

/**
 * Calico's selector language, by the table of its reference ("Selectors", resources/networkpolicy): all(), has(), ==, !=,
 * in, not in, contains, starts with, ends with, !, &&, || and parentheses. Throws on what is no selector.
 */
export function selectorHolds(text: string, labels: Labels): boolean {
  const holds = parsed.get(text) ?? new Parser(tokensOf(text)).parse();
  parsed.set(text, holds);
  return holds(labels);
}

type Holds = (labels: Labels) => boolean;

/** As many as the tests write. */
const parsed = new Map<string, Holds>();

const TOKEN =
  /\s*(&&|\|\||==|!=|[!(){},]|'[^']*'|"[^"]*"|not\s+in\b|starts\s+with\b|ends\s+with\b|[a-zA-Z0-9_./-]{1,512})/uy;

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Unreadable(`no selector from ${at}: ${text}`);
    tokens.push((match[1] ?? "").replaceAll(/\s+/gu, " "));
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  parse(): Holds {
    if (this.#tokens.length === 0) return () => true;
    const holds = this.#or();
    if (this.#at < this.#tokens.length) throw new Unreadable(`${this.#tokens[this.#at]} is too much`);
    return holds;
  }

  #or(): Holds {
    const terms = [this.#and()];
    while (this.#take("||")) terms.push(this.#and());
    return (labels) => terms.some((holds) => holds(labels));
  }

  #and(): Holds {
    const terms = [this.#not()];
    while (this.#take("&&")) terms.push(this.#not());
    return (labels) => terms.every((holds) => holds(labels));
  }

  #not(): Holds {
    if (this.#take("!")) {
      const holds = this.#not();
      return (labels) => !holds(labels);
    }
    if (!this.#take("(")) return this.#operation();
    const inner = this.#or();
    this.#expect(")");
    return inner;
  }

  #operation(): Holds {
    const key = this.#next();
    if ((key === "all" || key === "has") && this.#take("(")) return this.#call(key);
    const operator = this.#next();
    const isNegative = operator === "!=" || operator === "not in";
    const values = operator === "in" || operator === "not in" ? this.#set() : [unquoted(this.#next())];
    return (labels) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      // "!=" and "not in" also match what lacks the label.
      if (value === undefined) return isNegative;
      return compare(operator, value, values);
    };
  }

  #call(name: "all" | "has"): Holds {
    const key = name === "has" ? this.#next() : "";
    this.#expect(")");
    return (labels) => name === "all" || Object.hasOwn(labels, key);
  }

  #set(): readonly string[] {
    this.#expect("{");
    const values = [unquoted(this.#next())];
    while (this.#take(",")) values.push(unquoted(this.#next()));
    this.#expect("}");
    return values;
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Unreadable("the selector ends too early");
    return token;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Unreadable(`${token} is missing before ${this.#tokens[this.#at]}`);
  }
}

function compare(operator: string, value: string, values: readonly string[]): boolean {
  switch (operator) {
    case "==":
    case "in":
      return values.includes(value);
    case "!=":
    case "not in":
      return !values.includes(value);
    case "contains":
      return value.includes(values[0] ?? "");
    case "starts with":
      return value.startsWith(values[0] ?? "");
    case "ends with":
      return value.endsWith(values[0] ?? "");
    default:
      throw new Unreadable(`${operator} is no operator`);
  }
}

function unquoted(token: string): string {
  if (!/^(['"]).*\1$/u.test(token)) throw new Unreadable(`${token} is no value`);
  return token.slice(1, -1);
}
