// The Java application: each order is counted in the database, and every fourth is paid through an API outside. It
// logs each request with a logger that has Log4Shell's hole.
import { type IncomingMessage, createServer } from "node:http";
import { logLine } from "../log4shell/vulnerable-logger.ts";
import { DatabasePool } from "./database-pool.ts";
import { httpGet } from "./http-get.ts";
import { resolve } from "./resolve.ts";
import { readSettings } from "./settings.ts";

const { dns, database, payments, marker } = readSettings("dns", "database", "payments", "marker");

const pool = new DatabasePool(() => resolve(database, 4, dns));

const server = createServer((request, response) => {
  response.setHeader("connection", "close");
  const { localAddress, remoteAddress } = request.socket;
  const ends = `${localAddress ?? ""} to ${remoteAddress ?? ""}`;
  answer(request).then(
    (text) => response.end(`${text}, from ${ends}\n`),
    (error: unknown) => response.writeHead(503).end(`${String(error)}\n`),
  );
});
server.listen(8080, () => console.log("javaapp on port 8080"));

async function answer(request: IncomingMessage): Promise<string> {
  await logLine(describe(request), { marker, timeoutMs: 1500 });
  return request.url === "/healthz" ? "ok" : takeOrder();
}

/** A line of an access log, the path in clear, as frameworks log it. */
function describe({ method = "", url = "", headers }: IncomingMessage): string {
  const version = String(headers["x-api-version"] ?? "");
  return `${method} ${clear(url)} "${headers["user-agent"] ?? ""}" version ${version}`;
}

function clear(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function takeOrder(): Promise<string> {
  const order = await pool.ask("INCR", "orders");
  if (Number(order) % 4 === 0) await pay();
  return `order ${order}`;
}

async function pay(): Promise<void> {
  const host = await resolve(payments, 4, dns);
  await httpGet({ host, port: 80, path: "/v1/pay", headers: { host: payments } });
}
