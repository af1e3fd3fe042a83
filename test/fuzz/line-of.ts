import assert from "node:assert/strict";
import type { FlowEvent } from "../../src/flow/connection.ts";
import { MAX_LINE_OCTETS, decodeEvent, writeEvent } from "../../src/flow/event-line.ts";
import { JsonOctets } from "../../src/flow/json-octets.ts";

const json = new JsonOctets(MAX_LINE_OCTETS);

/** The event as its line, which must be a single one, within its bound, and the same again once it has been read. */
export function lineOf(event: FlowEvent): string {
  const line = write(event);
  assert.equal(line.indexOf("\n"), line.length - 1);
  assert.equal(write(decodeEvent(line)), line);
  return line;
}

function write(event: FlowEvent): string {
  json.end = 0;
  writeEvent(event, json);
  assert(json.end <= MAX_LINE_OCTETS);
  return json.octets.toString("utf8", 0, json.end);
}
