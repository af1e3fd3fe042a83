import { once } from "node:events";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { text } from "node:stream/consumers";

/** One request on a connection of its own. Throws on a refused or silent server; any status is an answer. */
export async function httpGet(options: RequestOptions): Promise<string> {
  const sent = request({ agent: false, timeout: 3000, ...options });
  sent.on("timeout", () => sent.destroy(new Error("no answer within 3 s")));
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return text(response);
}
