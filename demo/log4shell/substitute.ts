/** Answers what stands for `prefix:key`, undefined where nothing does: then the default counts, if there is one. */
export type Lookup = (prefix: string, key: string) => Promise<string | undefined>;

/** Log4j itself had no bound, which was the next hole (CVE-2021-45105). */
const maxDepth = 16;

/**
 * Log4j's StrSubstitutor, as far as Log4Shell needs it: `${prefix:key:-default}`, innermost first, so that names are
 * put together from pieces, and what a lookup answers is read again. What nothing stands for stays as it is written.
 */
export async function substitute(text: string, lookup: Lookup, depth = 0): Promise<string> {
  const start = text.indexOf("${");
  const end = start < 0 ? -1 : matchingBrace(text, start);
  if (end < 0 || depth > maxDepth) return text;
  const inside = await substitute(text.slice(start + 2, end), lookup, depth + 1);
  const value = await resolveVariable(inside, lookup);
  const replaced = value === undefined ? `\${${inside}}` : await substitute(value, lookup, depth + 1);
  return `${text.slice(0, start)}${replaced}${await substitute(text.slice(end + 1), lookup, depth)}`;
}

/** The `}` that closes the `${` at `start`; -1 where none does. */
function matchingBrace(text: string, start: number): number {
  let open = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text.startsWith("${", at)) open += 1;
    if (text[at] === "}") open -= 1;
    if (open === 0) return at;
  }
  return -1;
}

/** `::-j` asks for a variable that has no name, and so is a way to write `j`. */
async function resolveVariable(inside: string, lookup: Lookup): Promise<string | undefined> {
  const [name = "", ...rest] = inside.split(":-");
  const fallback = rest.length === 0 ? undefined : rest.join(":-");
  const colon = name.indexOf(":");
  if (colon < 0) return fallback;
  return (await lookup(name.slice(0, colon).toLowerCase(), name.slice(colon + 1))) ?? fallback;
}
