import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { stringify } from "yaml";
import type { JsonObject } from "../json-object.ts";
import type { Answer } from "./answer.ts";
import type { ApiStatus } from "./api-status.ts";
import type { Encoding } from "./representation.ts";

/** Answers from this size on are compressed for those who ask: as the API server's APIResponseCompression. */
const GZIP_FROM = 128 * 1024;
/** Pieces of a list are gathered to about this size before they are written. */
const CHUNK = 256 * 1024;

export async function sendStatus(answer: Answer, status: ApiStatus): Promise<void> {
  const { response } = answer;
  if (response.headersSent) response.destroy();
  else {
    if (status.retryAfterSeconds !== undefined) response.setHeader("retry-after", status.retryAfterSeconds);
    await sendJson(answer, status.body, status.code);
  }
}

export function sendJson(
  answer: Answer,
  body: JsonObject,
  code = 200,
  contentType = "application/json",
): Promise<void> {
  answer.response.statusCode = code;
  answer.response.setHeader("content-type", contentType);
  return sendBytes(answer, Buffer.from(`${JSON.stringify(body)}\n`));
}

export function sendObject(answer: Answer, json: Buffer, encoding: Encoding, code = 200): Promise<void> {
  answer.response.statusCode = code;
  answer.response.setHeader("content-type", `application/${encoding}`);
  return sendBytes(answer, encoding === "yaml" ? Buffer.from(stringify(JSON.parse(json.toString()))) : json);
}

export async function sendBytes(answer: Answer, bytes: Buffer): Promise<void> {
  if (bytes.length >= GZIP_FROM) return sendPieces(answer, [bytes], bytes.length);
  answer.response.setHeader("content-length", bytes.length);
  answer.out.end(bytes);
}

/** In chunks, waiting for a reader that is slower than we are. */
export async function sendPieces(
  { request, response, out }: Answer,
  pieces: Iterable<Buffer | string>,
  size: number,
): Promise<void> {
  const source = Readable.from(chunksOf(pieces), { objectMode: false });
  if (size >= GZIP_FROM && /\bgzip\b/u.test(request.headers["accept-encoding"]?.toString() ?? "")) {
    response.setHeader("content-encoding", "gzip");
    response.setHeader("vary", "accept-encoding");
    await pipeline(source, createGzip({ level: 1 }), out);
  } else await pipeline(source, out);
}

function* chunksOf(pieces: Iterable<Buffer | string>): Generator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    held.push(bytes);
    size += bytes.length;
    if (size < CHUNK) continue;
    yield Buffer.concat(held, size);
    held = [];
    size = 0;
  }
  yield Buffer.concat(held, size);
}
