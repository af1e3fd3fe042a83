import type { ServerResponse } from "node:http";
import { Transform, type TransformCallback } from "node:stream";
import type { Fault } from "./fault.ts";

/** The way of a body to its client: its bytes are counted, and it is cut or slowed as the fault says. */
export function bodyStream(
  response: ServerResponse,
  fault: Fault | undefined,
  onBytes: (count: number) => void,
): Transform {
  const stream = new Transform({ transform: transformOf(response, fault, onBytes) });
  stream.pipe(response);
  // A client that goes away is no error of ours.
  stream.on("error", () => response.destroy());
  response.once("close", () => stream.destroy());
  return stream;
}

type Write = (this: Transform, piece: Buffer, encoding: BufferEncoding, done: TransformCallback) => void;

function transformOf(response: ServerResponse, fault: Fault | undefined, onBytes: (count: number) => void): Write {
  let left = fault?.kind === "cut" ? fault.afterBytes : Infinity;
  return function write(this: Transform, piece, _encoding, done) {
    const sent = piece.subarray(0, left);
    left -= sent.length;
    onBytes(sent.length);
    if (left <= 0) {
      response.write(sent, () => response.destroy());
      return;
    }
    if (fault?.kind !== "slow") return done(null, sent);
    setTimeout(() => done(null, sent), (sent.length / fault.bytesPerSecond) * 1000);
  };
}
