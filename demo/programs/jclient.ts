// A pod that calls the Java application by its Service's name, four times a second, on a connection each.
import { every } from "./every.ts";
import { httpGet } from "./http-get.ts";
import { resolve } from "./resolve.ts";
import { familyOf, readSettings } from "./settings.ts";

const { dns, family, server } = readSettings("dns", "family", "server");

await every(250, async (n) => {
  const host = await resolve(server, familyOf(family), dns);
  // The Service has a management port that nothing listens on, so that something fails now and then.
  if (n % 20 === 0) await httpGet({ host, port: 8081, path: "/metrics" });
  else await httpGet({ host, port: 80, path: "/", headers: { host: server, "user-agent": "jclient/1.0" } });
});
