import { writeConnection } from "../flow/connection-json.ts";
import { MAX_LINE_OCTETS } from "../flow/event-line.ts";
import { JsonOctets } from "../flow/json-octets.ts";
import { readCaptures } from "./read-captures.ts";
import { StandardOutput } from "./standard-output.ts";

const CHUNK_OCTETS = 64 * 1024;

/** Each connection's final record, as one JSON object a line. */
export async function printFlows(paths: readonly string[]): Promise<void> {
  const output = new StandardOutput();
  const json = new JsonOctets(CHUNK_OCTETS + MAX_LINE_OCTETS);
  const flush = (): void => {
    output.writeOctets(json.octets.subarray(0, json.end));
    json.end = 0;
  };
  try {
    await readCaptures(paths, (event) => {
      if (event.kind !== "closed") return;
      json.ascii("{");
      writeConnection(event.connection, json);
      json.ascii("}\n");
      if (json.end >= CHUNK_OCTETS) flush();
    });
  } finally {
    flush();
  }
}
