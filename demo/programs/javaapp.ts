// The Java application: each order is counted in the database, and every fourth is paid through an API outside.
import { createServer } from "node:http";
import { DatabasePool } from "./database-pool.ts";
import { httpGet } from "./http-get.ts";
import { resolve } from "./resolve.ts";
import { readSettings } from "./settings.ts";

const { dns, database, payments } = readSettings("dns", "database", "payments");

const pool = new DatabasePool(() => resolve(database, 4, dns));

const server = createServer((request, response) => {
  response.setHeader("connection", "close");
  const { localAddress, remoteAddress } = request.socket;
  const ends = `${localAddress ?? ""} to ${remoteAddress ?? ""}`;
  const answer = request.url === "/healthz" ? Promise.resolve("ok") : takeOrder();
  answer.then(
    (text) => response.end(`${text}, from ${ends}\n`),
    (error: unknown) => response.writeHead(503).end(`${String(error)}\n`),
  );
});
server.listen(8080, () => console.log("javaapp on port 8080"));

async function takeOrder(): Promise<string> {
  const order = await pool.ask("INCR", "orders");
  if (Number(order) % 4 === 0) await pay();
  return `order ${order}`;
}

async function pay(): Promise<void> {
  const host = await resolve(payments, 4, dns);
  await httpGet({ host, port: 80, path: "/v1/pay", headers: { host: payments } });
}
