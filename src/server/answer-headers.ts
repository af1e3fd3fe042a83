import type { FastifyReply, FastifyRequest } from "fastify";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { problem } from "./problem.ts";

/**
 * On every answer, that a browser may make nothing of it but what it is, keep nothing, and show it to no other site: the
 * OWASP REST Security Cheat Sheet's list. No CORS header is ever sent. No Strict-Transport-Security: it would hold for
 * every port of the name, and the name may be localhost.
 */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

export async function addAnswerHeaders(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(ANSWER_HEADERS);
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431, // RFC 6585, 5
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what is no HTTP request, or not in time, and is done with that connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  // Who has not got through the handshake can be told nothing.
  const isSecuring = error.code === "EPROTO" || /^ERR_(TLS|SSL)/u.test(error.code ?? "");
  if (isSecuring || error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_BY_CODE[error.code ?? ""] ?? 400;
  const body = JSON.stringify(problem(status, "this is not a request that can be read", ""));
  const headers = {
    ...ANSWER_HEADERS,
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
  socket.destroySoon();
}
