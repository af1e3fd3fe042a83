/**
 * Which interfaces an option like `eth0,veth*,cali*` means, of those that exist: `*` stands for any run of
 * characters, `?` for one. `any` is libpcap's pseudo-device for all and stands alone.
 */
export function matchInterfaces(option: string, existing: readonly string[]): readonly string[] {
  if (option === "any") return ["any"];
  const patterns = option.split(",").map((pattern) => toRegExp(pattern.trim()));
  return existing.filter((name) => name !== "any" && patterns.some((pattern) => pattern.test(name)));
}

function toRegExp(pattern: string): RegExp {
  const escaped = RegExp.escape(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  return new RegExp(`^${escaped}$`);
}
