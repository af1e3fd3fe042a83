// One user of the benchmark who asks the same again and again, each time when he has his answer:
// `ask-in-turn.ts HOST CERTIFICATE ENDPOINT TIMES`, as a process in the sender's namespace.
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { Random } from "../../test/random.ts";
import { askQuestion, reachOf } from "./ask-question.ts";
import { questionOf } from "./questions.ts";
import { users } from "./users.ts";

const [host = "", certificate = "", endpoint = "", times = "1"] = process.argv.slice(2);
const user = users[0]!;
const reach = { ...reachOf(user, host, readFileSync(certificate)), agent: new Agent({ keepAlive: true }) };
const random = new Random(1);
for (let time = 0; time < Number(times); time += 1) {
  const { status } = await askQuestion(questionOf(endpoint, user, random), reach);
  if (status !== 200) throw new Error(`${endpoint}: ${status}`);
}
process.exit(0);
