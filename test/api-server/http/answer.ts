import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";

/** A request and where its answer goes. */
export interface Answer {
  readonly request: IncomingMessage;
  /** For status and headers only. */
  readonly response: ServerResponse;
  /** The body's way: counted, and as slow or short as a fault wants it. */
  readonly out: Writable;
}
