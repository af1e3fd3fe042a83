// A pod that calls the Java application by its Service's name, four times a second, on a connection each. It prints how
// many orders were answered.
import { every } from "./every.ts";
import { httpGet } from "./http-get.ts";
import { resolve } from "./resolve.ts";
import { familyOf, readSettings } from "./settings.ts";

const { dns, family, server } = readSettings("dns", "family", "server");

let answered = 0;
let failed = 0;

await every(250, async (n) => {
  const host = await resolve(server, familyOf(family), dns);
  // The Service has a management port that nothing listens on, so that something fails now and then.
  if (n % 20 === 0) await httpGet({ host, port: 8081, path: "/metrics" });
  else await order(host).finally(() => console.log(`orders answered: ${answered}, failed: ${failed}`));
});

async function order(host: string): Promise<void> {
  failed += 1;
  const answer = await httpGet({ host, port: 80, path: "/", headers: { host: server, "user-agent": "jclient/1.0" } });
  if (!answer.startsWith("order ")) throw new Error(answer.trim());
  failed -= 1;
  answered += 1;
}
