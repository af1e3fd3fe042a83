import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mock } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import t from "tap";
import { giveBackSpareMemory } from "../../src/capture/spare-memory.ts";

/** Of this process, what is mapped from files: the text of Node above all. */
function mappedMebibytes(): number {
  return Number(/^RssFile:\s+(\d+) kB/mu.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
}

await t.test(
  "what only the start needed of the program is unmapped, at once and when the process has grown",
  async (t) => {
    mock.timers.enable({ apis: ["setInterval"] });
    t.teardown(() => mock.timers.reset());
    const stop = new AbortController();
    t.teardown(() => stop.abort());
    const atStart = mappedMebibytes();
    giveBackSpareMemory(stop.signal);
    const given = mappedMebibytes();
    t.ok(given < atStart - 10, `${atStart} MiB, then ${given}`);

    mock.timers.tick(2_000);
    const grown = Buffer.alloc(16 * 1024 * 1024, 1);
    useProgram();
    const used = mappedMebibytes();
    t.ok(used > given + 2, `${given} MiB, then ${used}`);
    mock.timers.tick(2_000);
    const again = mappedMebibytes();
    t.ok(again < used - 2, `${used} MiB, then ${again}`);
    t.equal(grown.at(-1), 1, "and it runs on");
  },
);

/** Parts of Node that nothing else here uses. */
function useProgram(): void {
  gunzipSync(gzipSync("x".repeat(100_000)));
  createHash("sha512").update("x").digest();
  new Intl.DateTimeFormat("de", { dateStyle: "full" }).format(0);
}
