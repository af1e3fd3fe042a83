// All users of the benchmark, as a process in the sender's namespace: each asks once a second, whether or not he has his
// last answer, and eight of them follow the flows. `ask-as-users.ts HOST CERTIFICATE SECONDS` prints what came of it as JSON.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { Random } from "../../test/random.ts";
import { askQuestion, type Reach, reachOf } from "./ask-question.ts";
import { choose, type Question } from "./questions.ts";
import { type User, users } from "./users.ts";

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
    await pause(Math.max(0, dueMs - performance.now()));
    asked.push(askOnce(choose(user, random), { ...reachOf(user, host, ca), agent }, dueMs));
  }
  await Promise.all(asked);
}

async function askOnce(question: Question, reach: Reach, dueMs: number): Promise<void> {
  const { endpoint } = question;
  try {
    const { status, isFirst } = await askQuestion(question, reach);
    if (isFirst) connections += 1;
    if (status === 200) (tookMs[endpoint] ??= []).push(performance.now() - dueMs);
    else refuse(`${endpoint}: ${status}`);
  } catch (error) {
    refuse(`${endpoint}: ${(error as Error).message}`);
  }
}

function refuse(why: string): void {
  refused[why] = (refused[why] ?? 0) + 1;
}

function follow(user: User): void {
  const sent = request({ ...reachOf(user, host, ca), path: "/api/v1/flows?follow=1" });
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
