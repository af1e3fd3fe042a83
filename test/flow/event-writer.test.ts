import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import t from "tap";

const program = fileURLToPath(new URL("write-events.ts", import.meta.url));
const count = 40_000;

/** Writes 40,000 events, some 4 MiB, to a reader that begins late: what came through, and the exit code. */
async function write(patienceMs: number): Promise<{ readonly lines: readonly string[]; readonly code: number | null }> {
  const child = spawn(process.execPath, [program, String(count), String(patienceMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close") as Promise<[number | null]>;
  await once(child.stdout, "readable");
  await pause(200);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const [code] = await closed;
  return { lines: text.split("\n"), code };
}

await t.test("at the end every event is told, and whole, to a reader that is slow", async (t) => {
  const { lines, code } = await write(30_000);
  t.equal(code, 0);
  t.equal(lines.at(-1), "", "the last line is whole");
  t.strictSame(
    lines.slice(0, -1).map((line) => (JSON.parse(line) as { packets: number }).packets),
    Array.from({ length: count }, (_, n) => n),
  );
});

await t.test("before the end a reader that is slow costs events, which are counted, and no waiting", async (t) => {
  const { lines, code } = await write(0);
  t.equal(code, 1, "some were dropped");
  t.ok(lines.length < count);
});
