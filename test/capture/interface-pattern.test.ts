import t from "tap";
import { isPattern, matchInterfaces } from "../../src/capture/interface-pattern.ts";

const existing = ["lo", "eth0", "eth1", "veth1a", "veth2b", "any"];

await t.test("names and patterns are taken together, each interface once", async (t) => {
  t.strictSame(matchInterfaces("eth0, veth*,eth?", existing), ["eth0", "eth1", "veth1a", "veth2b"]);
});

await t.test("a name in full is meant though it does not exist, a pattern only what exists", async (t) => {
  t.strictSame(matchInterfaces("eth9,cali*", existing), ["eth9"]);
  t.equal(isPattern("eth9,cali*", "eth9"), false);
  t.equal(isPattern("eth9,cali*", "cali1"), true);
});

await t.test("any is all interfaces at once, and no pattern matches it beside others", async (t) => {
  t.strictSame(matchInterfaces("any", existing), ["any"]);
  t.strictSame(matchInterfaces("a*", existing), []);
});

await t.test("signs that mean something in regular expressions are plain letters", async (t) => {
  t.strictSame(matchInterfaces("eth.", existing), ["eth."]);
  t.strictSame(matchInterfaces("e.*", existing), []);
});
