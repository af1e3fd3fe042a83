/** libpcap's pseudo-device for all interfaces. */
const ANY = "any";

/**
 * Which interfaces an option like `eth0,veth*,cali*` means, of those that exist: `*` stands for any run of
 * characters, `?` for one. A name in full is meant whether it exists or not; `any` stands alone.
 */
export function matchInterfaces(option: string, existing: readonly string[]): readonly string[] {
  if (option === ANY) return [ANY];
  const parts = split(option);
  const patterns = parts.filter(hasWildcard).map(toRegExp);
  const matching = existing.filter((name) => name !== ANY && patterns.some((pattern) => pattern.test(name)));
  return [...new Set([...parts.filter((part) => !hasWildcard(part)), ...matching])];
}

/** Whether an interface is meant by a pattern only, not by its name. */
export function isPattern(option: string, name: string): boolean {
  return !split(option).includes(name);
}

function split(option: string): readonly string[] {
  return option.split(",").map((part) => part.trim());
}

function hasWildcard(part: string): boolean {
  return /[*?]/u.test(part);
}

function toRegExp(pattern: string): RegExp {
  const escaped = RegExp.escape(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  return new RegExp(`^${escaped}$`);
}
