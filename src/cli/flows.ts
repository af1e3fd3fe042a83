import { toConnectionJson } from "../flow/connection-json.ts";
import { readCaptures } from "./read-captures.ts";
import { StandardOutput } from "./standard-output.ts";

/** Each connection's final record, as one JSON object a line. */
export async function printFlows(paths: readonly string[]): Promise<void> {
  const output = new StandardOutput();
  try {
    await readCaptures(paths, (event) => {
      if (event.kind === "closed") output.write(`${JSON.stringify(toConnectionJson(event.connection))}\n`);
    });
  } finally {
    output.flush();
  }
}
