// All users of the benchmark, as a process in the sender's namespace: each asks once a second, whether or not he has his
// last answer, and eight of them follow the flows. `ask-as-users.ts HOST CERTIFICATE SECONDS` prints what came of it as JSON.
import { readFileSync } from "node:fs";
import { Agent, request, type RequestOptions } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { Random } from "../../test/random.ts";
import { choose, type Question } from "./questions.ts";
import { OWN_NODE, type User, users } from "./users.ts";

export interface Asked {
  /** Milliseconds from the moment when somebody wanted to know until he had the whole answer, by endpoint. */
  readonly tookMs: Readonly<Record<string, readonly number[]>>;
  /** By endpoint and status, or what went wrong. */
  readonly refused: Readonly<Record<string, number>>;
  /** Connections made for all that. */
  readonly connections: number;
  readonly streams: {
    readonly followers: number;
    readonly lines: number;
    readonly lost: number;
    readonly ended: number;
  };
}

const FOLLOWERS = 8;
const [host = "", certificate = "", seconds = "30"] = process.argv.slice(2);
const ca = readFileSync(certificate);
const untilMs = performance.now() + Number(seconds) * 1000;
const tookMs: Record<string, number[]> = {};
const refused: Record<string, number> = {};
const streams = { followers: FOLLOWERS, lines: 0, lost: 0, ended: 0 };
let connections = 0;

for (const user of users.slice(0, FOLLOWERS)) follow(user);
await Promise.all(users.map((user, place) => askAgainAndAgain(user, place)));
process.stdout.write(JSON.stringify({ tookMs, refused, connections, streams } satisfies Asked), () => process.exit(0));

async function askAgainAndAgain(user: User, place: number): Promise<void> {
  const random = new Random(place + 1);
  const agent = new Agent({ keepAlive: user.keepsConnection });
  const asked: Promise<void>[] = [];
  await pause(random.next() * 1000);
  for (let dueMs = performance.now(); dueMs < untilMs; dueMs += 1000) {
    await pause(dueMs - performance.now());
    asked.push(askOnce(choose(user, random), { ...optionsOf(user), agent }, dueMs));
  }
  await Promise.all(asked);
}

function optionsOf({ address, token }: User): RequestOptions {
  const headers = { authorization: `Bearer ${token}` };
  return { host, port: 9447, servername: OWN_NODE, ca, localAddress: address, headers };
}

async function askOnce(question: Question, options: RequestOptions, dueMs: number): Promise<void> {
  const { endpoint, method, path, body } = question;
  const { promise, resolve } = Promise.withResolvers<void>();
  const content = body === undefined ? {} : { "content-type": "application/json" };
  const sent = request({ ...options, method, path, headers: { ...options.headers, ...content } });
  const refuse = (why: string): void => {
    refused[`${endpoint}: ${why}`] = (refused[`${endpoint}: ${why}`] ?? 0) + 1;
    resolve();
  };
  sent.once("socket", () => (connections += sent.reusedSocket ? 0 : 1));
  sent.once("error", (error) => refuse(error.message));
  sent.once("response", (response) => {
    response.resume().once("end", () => {
      if (response.statusCode !== 200) return refuse(String(response.statusCode));
      (tookMs[endpoint] ??= []).push(performance.now() - dueMs);
      resolve();
    });
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  await promise;
}

function follow(user: User): void {
  const sent = request({ ...optionsOf(user), path: "/api/v1/flows?follow=1" });
  sent.once("error", () => (streams.ended += 1));
  sent.once("response", (response) => {
    response.setEncoding("utf8").on("data", (text: string) => {
      streams.lines += text.split("\n").length - 1;
      for (const [, lost] of text.matchAll(/\{"lost":(\d+)\}/gu)) streams.lost += Number(lost);
    });
    response.once("close", () => (streams.ended += 1));
  });
  connections += 1;
  sent.end();
}
