import * as fc from "fast-check";
import t from "tap";
import { encodeCommand, takeCommand } from "../../demo/programs/resp.ts";

const latin1 = fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets).toString("latin1"));
const words = fc.array(latin1, { maxLength: 5 });

await t.test("a command is read as it was written, and what follows is left", async () => {
  fc.assert(
    fc.property(words, latin1, (command, rest) => {
      t.strictSame(takeCommand(encodeCommand(command) + rest), { words: command, rest });
    }),
  );
});

await t.test("a command that is cut anywhere is incomplete", async () => {
  fc.assert(
    fc.property(words, fc.nat(), (command, cut) => {
      const encoded = encodeCommand(command);
      t.equal(takeCommand(encoded.slice(0, cut % encoded.length)), "incomplete");
    }),
  );
});

await t.test("what is no command is malformed", async (t) => {
  for (const text of ["GET key\r\n", "*x\r\n", "*1\r\n$-1\r\n", "*1\r\n$99999999\r\n", "x".repeat(100)]) {
    t.equal(takeCommand(text), "malformed", text);
  }
});
