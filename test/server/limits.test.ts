/** What strangers may cost: slow, huge, malformed and piled-up requests, and connections in number. */
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import t, { type Test } from "tap";
import { ConnectionLimit } from "../../src/server/connection-limit.ts";
import { ANSWER_HEADERS } from "../../src/server/answer-headers.ts";
import { defaultLimits, type HttpLimits } from "../../src/server/http-limits.ts";
import { server } from "./ask.ts";

/** Times all recent flows, which are a megabyte, they are more than what a socket's buffers on both sides hold. */
const MANY = 40;
const GET = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";

interface Line {
  readonly socket: Socket;
  /** All that came until the server closed. */
  readonly heard: Promise<string>;
}

async function listening(
  t: Test,
  limits: Partial<HttpLimits> = {},
): Promise<{
  dial: (...words: string[]) => Promise<Line>;
  limit: ConnectionLimit;
  openConnections: () => Promise<number>;
}> {
  const limit = new ConnectionLimit({ ...defaultLimits, ...limits });
  const { app, flows, seen } = await server([], { limits, connectionLimit: limit });
  for (let number = 0; number < 2_000; number++) flows.add(seen[0]!);
  await app.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const dial = async (...words: string[]): Promise<Line> => {
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    t.teardown(() => socket.destroy());
    let text = "";
    const heard = new Promise<string>((resolve) => {
      socket.on("data", (piece: string) => (text += piece)).on("error", () => undefined);
      socket.on("close", () => resolve(text));
    });
    await once(socket, "connect");
    for (const word of words) socket.write(word);
    return { socket, heard };
  };
  const openConnections = promisify(app.server.getConnections.bind(app.server));
  return { dial, limit, openConnections };
}

function statuses(text: string): readonly string[] {
  return [...text.matchAll(/HTTP\/1\.1 (?<status>\d{3}) /gu)].map((found) => found.groups!["status"]!);
}

await t.test("who never ends his headers, his body or his silence is not waited for", async (t) => {
  const { dial } = await listening(t, { headersMs: 150, requestMs: 300, keepAliveMs: 100, idleMs: 2_000, checkMs: 30 });
  const lines = await Promise.all([
    dial("GET /livez HTTP/1.1\r\nhost: local"),
    dial(
      "POST /api/v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
    ),
    dial(GET),
    dial(),
  ]);
  const [headers, body, idle, mute] = await Promise.all(lines.map(({ heard }) => heard));
  t.strictSame(
    [headers, body, idle].map((text) => statuses(text ?? "")),
    [["408"], ["408"], ["200"]],
  );
  t.strictSame(statuses(mute ?? ""), ["408"]);
});

await t.test(
  "what is no request, or too much of one, is refused in a problem document, and the connection with it",
  async (t) => {
    const { dial } = await listening(t);
    const big = `x: ${"y".repeat(20_000)}\r\n`;
    for (const [what, status, words] of [
      ["noise", "400", "\u0016\u0003\u0001\u0002\u0000\r\n\r\n"],
      ["headers too large", "431", `GET /livez HTTP/1.1\r\nhost: localhost\r\n${big}\r\n`],
      [
        "two lengths",
        "400",
        "POST /api/v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n{}",
      ],
      [
        "a length and chunks",
        "400",
        "POST /api/v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      ],
      ["a header that spans lines", "400", "GET /livez HTTP/1.1\r\nhost: localhost\r\nx: a\n b\r\n\r\n"],
      ["no host", "400", "GET /livez HTTP/1.1\r\n\r\n"],
    ] as const) {
      const text = await (await dial(words)).heard;
      t.strictSame(statuses(text), [status], what);
      if (what === "no host") continue; // Node answers that by itself
      t.match(text.toLowerCase(), /content-type: application\/problem\+json\r\n/u, what);
      for (const header of Object.keys(ANSWER_HEADERS)) t.match(text, `${header}: `, `${what}: ${header}`);
    }
  },
);

await t.test("piled-up requests are answered in their order, up to so many of a connection", async (t) => {
  const { dial } = await listening(t, { requestsOfConnection: 5, keepAliveMs: 100, checkMs: 30 });
  const answered = statuses(await (await dial(GET.repeat(8))).heard);
  t.strictSame(answered.slice(0, 5), ["200", "200", "200", "200", "200"]);
  t.ok(
    answered.slice(5).every((status) => status === "503"),
    answered.join(" "),
  );
});

await t.test("connections past the limit are closed at once, and new ones taken when others have gone", async (t) => {
  const { dial, limit } = await listening(t, { connections: 8 });
  const held = await Promise.all(Array.from({ length: 8 }, () => dial("GET /livez HTTP/1.1\r\n")));
  const more = await Promise.all(Array.from({ length: 200 }, () => dial(GET).then(({ heard }) => heard)));
  t.ok(more.every((text) => text === ""));
  t.equal(limit.refused, 200);
  for (const { socket } of held) socket.destroy();
  await Promise.all(held.map(({ heard }) => heard));
  let text = "";
  for (let attempt = 0; attempt < 50 && text === ""; attempt++) {
    const { socket, heard } = await dial(GET.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
    text = await heard;
    socket.destroy();
    if (text === "") await pause(10);
  }
  t.strictSame(statuses(text), ["200"]);
});

await t.test(
  "one address, or one network of IPv6, can't take the places of all, and none those of loopback",
  async (t) => {
    const limit = new ConnectionLimit({ connections: 10, loopbackConnections: 4, connectionsOfOne: 3 });
    const listeners: ((socket: object) => void)[] = [];
    limit.watch({
      prependListener: (_: string, listener: (socket: object) => void) => listeners.push(listener),
    } as never);
    const closers: (() => void)[] = [];
    const isTaken = (remoteAddress: string): boolean => {
      let isDestroyed = false;
      const socket = {
        remoteAddress,
        destroy: () => (isDestroyed = true),
        once: (_: string, onClose: () => void) => closers.push(onClose),
      };
      listeners[0]!(socket);
      return !isDestroyed;
    };
    const network = ["2001:db8::1", "2001:db8:0:0:9::", "2001:db8::f:1%eth0", "2001:db8:0:0::7"];
    t.strictSame(network.map(isTaken), [true, true, true, false]);
    t.strictSame(["::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"].map(isTaken), [true, true, true, false]);
    t.equal(isTaken("192.0.2.2"), false, "six are all that the network has");
    t.strictSame(["::1", "127.0.0.1", "::ffff:127.0.0.2", "::1", "::1"].map(isTaken), [true, true, true, true, false]);
    for (const close of closers) close();
    t.equal(isTaken("192.0.2.1"), true);
    t.equal(limit.refused, 4);
  },
);

await t.test("who does not read an answer is let go, and costs no more than what the sockets hold", async (t) => {
  const { dial, openConnections } = await listening(t, { idleMs: 200, checkMs: 30, requestsPerSecond: 100_000 });
  const { socket } = await dial();
  socket.pause();
  socket.write("GET /api/v1/flows HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(MANY));
  while ((await openConnections()) > 0) await pause(20);
  t.pass("the server has closed, though nobody has read");
});
