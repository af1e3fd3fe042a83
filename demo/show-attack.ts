import { enforce } from "./enforcer/enforce.ts";
import type { Lab } from "./lab/lab.ts";
import { type Attack, attack, attackCommand, attacks } from "./log4shell/attack.ts";
import { shopAddresses } from "./shop/addresses.ts";
import { answer, command, heading, quote, say, table } from "./show/terminal.ts";
import { since, tally } from "./tally.ts";

/** Log4Shell before and under the policy. It comes last, so that nothing of it was learned. */
export async function showAttack(lab: Lab, policyYaml: string): Promise<void> {
  heading("Log4Shell with no policy in force: plain, obfuscated, over RMI");
  say(
    "javaapp logs its requests with a stand-in for Log4j 2.14, which looks up what a stranger's header tells it to. The " +
      `stranger, ${shopAddresses.attacker}, has an LDAP server, an RMI registry, and a class to serve. It does no harm: all it ` +
      "can do is to be noted in a marker file.",
  );
  for (const text of Object.values(attacks)) await play(lab, text);
  heading("The policy is enforced");
  say(
    "weir never applies a policy. In a cluster, kubectl and the network plugin do it; here a program that knows only the " +
      "pods and the YAML above makes nftables rules of it, on the node. Connections that are open stay open; every new one is judged.",
  );
  await enforce(lab, policyYaml);
  await showDefence(lab);
}

async function showDefence(lab: Lab): Promise<void> {
  heading("The same under the policy");
  const before = tally(lab);
  for (const text of Object.values(attacks)) await play(lab, text);
  const { answered, failed, payments } = since(before, tally(lab));
  say(
    "How the string is written makes no difference. A filter that reads requests has to know every way to write it; the " +
      "policy never looks at strings. Whatever talks javaapp into it, the payload has to come from a stranger, and no rule " +
      "leads to one: not for LDAP, not for RMI. What javaapp needs stays open to an attack too: its database, its payments " +
      "API, and DNS, which asks for any name.",
  );
  say("The shop meanwhile, as its own programs count:");
  answer(
    table([
      ["orders of jclient answered", String(answered)],
      ["orders failed", String(failed)],
      ["payments made outside", String(payments)],
    ]),
  );
}

async function play(lab: Lab, text: string): Promise<void> {
  command(`${attackCommand(text).map(quote).join(" ")}    # outside`);
  answer(describe(await attack(lab, text)));
}

function describe({ steps, javaappSaid, marker }: Attack): string {
  return table([
    ["attacker", steps.length === 0 ? "nobody came" : steps.join("; ")],
    ...javaappSaid.map((line) => ["javaapp", line]),
    ["marker", marker === undefined ? "none: the payload never arrived" : `written: ${marker.trim()}`],
  ]);
}
