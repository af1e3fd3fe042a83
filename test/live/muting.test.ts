import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import t from "tap";
import { openSandbox, type Sandbox } from "../../demo/lab/sandbox.ts";
import type { EventLine } from "../../src/flow/event-line.ts";
import { eventually } from "../demo/eventually.ts";
import { shell, whyNoCapture } from "./capture-in-sandbox.ts";

t.setTimeout(180_000);

const skip = (await whyNoCapture()) ?? false;
const program = fileURLToPath(new URL("capture-impatiently.ts", import.meta.url));

/** `node -e`: a datagram of 100 octets to this port every so many milliseconds, so many at a time. */
function sender(port: number, everyMs: number, atATime: number): readonly string[] {
  const code = `const s = require("dgram").createSocket("udp4"); let n = 0; s.on("message", () => 0);
    setInterval(() => { for (let i = 0; i < ${atATime}; i++, n++) s.send(Buffer.alloc(100), ${port}, "127.0.0.1"); }, ${everyMs});
    process.stdin.on("data", () => { console.log(n); process.exit(); });`;
  return [process.execPath, "-e", code];
}

/** Answers every tenth datagram on both ports, and says when it does. */
const answerer = `for (const port of [7001, 7002]) { const s = require("dgram").createSocket("udp4"); let n = 0;
  s.on("message", (m, r) => { if (n++ % 10 === 0) s.send("ok", r.port, r.address); })
    .bind(port, "127.0.0.1", () => console.log("bound")); }`;

await t.test(
  "a heavy UDP stream is muted in the kernel, and a conversation beside it loses no packet",
  { skip },
  async (t) => {
    const sandbox = await openSandbox();
    t.teardown(() => sandbox.close());
    await shell(sandbox, "ip link set lo up");
    const lines = capture(sandbox);
    await eventually("it captures", async () => (lines.length > 0 ? true : undefined));
    await answering(sandbox); // what comes before is refused, which is an end
    sandbox.start(sender(7001, 10, 20), { stdio: ["pipe", "ignore", "inherit"] });
    const light = sandbox.start(sender(7002, 20, 1), { stdio: ["pipe", "pipe", "inherit"] });
    await eventually("the stream is muted", async () => lines.find(isMuted));
    const { before, during } = await eventually("it has been for some seconds", async () => rates(lines));
    t.ok(during < before / 4, `${during} packets a second instead of ${before}`);
    await eventually("it is heard again, and muted again", async () => (changes(lines) >= 3 ? true : undefined));
    const sent = await stop(light);
    const told = await eventually("the other conversation is over", async () =>
      lines.find((line) => line.event === "closed" && line.server.port === 7002),
    );
    t.match(told, { bytes: { toServer: sent * 100, exact: true } });
    t.notOk(
      lines.some((line) => line.event === "closed" && line.server.port === 7001),
      "the muted one is not over",
    );
  },
);

function isMuted(line: EventLine): boolean {
  return line.event === "status" && line.muted === 1;
}

function capture(sandbox: Sandbox): readonly EventLine[] {
  const lines: EventLine[] = [];
  const child = sandbox.start([process.execPath, program], { stdio: ["ignore", "pipe", "inherit"] });
  createInterface(child.stdout!).on("line", (line) => lines.push(JSON.parse(line) as EventLine));
  return lines;
}

async function answering(sandbox: Sandbox): Promise<void> {
  const child = sandbox.start([process.execPath, "-e", answerer], { stdio: ["ignore", "pipe", "inherit"] });
  let bound = 0;
  createInterface(child.stdout!).on("line", () => bound++);
  await eventually("both ports answer", async () => bound === 2 || undefined);
}

/** How many datagrams it has sent. */
async function stop(child: ReturnType<Sandbox["start"]>): Promise<number> {
  child.stdin!.write("stop");
  for await (const line of createInterface(child.stdout!)) return Number(line);
  return 0;
}

type Status = Extract<EventLine, { readonly event: "status" }>;

function statuses(lines: readonly EventLine[]): readonly Status[] {
  return lines.filter((line): line is Status => line.event === "status");
}

/** Packets a second just before it was first muted, and over the middle of that. */
function rates(lines: readonly EventLine[]): { readonly before: number; readonly during: number } | undefined {
  const all = statuses(lines);
  const first = all.findIndex(({ muted }) => muted === 1);
  const [earlier, last, from, to] = [all[first - 2], all[first - 1], all[first + 2], all[first + 4]];
  if (!earlier || !last || !from || to?.muted !== 1) return undefined;
  return { before: perSecond(earlier, last), during: perSecond(from, to) };
}

function perSecond(from: Status, to: Status): number {
  return ((to.packets - from.packets) * 1e6) / (to.timeUs - from.timeUs);
}

/** Times that the number of muted conversations changed. */
function changes(lines: readonly EventLine[]): number {
  const muted = statuses(lines).map((status) => status.muted);
  return muted.filter((count, at) => at > 0 && count !== muted[at - 1]).length;
}
