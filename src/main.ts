import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
import { addAgentCommand } from "./cli/agent-command.ts";
import { addAnalyzeCommand } from "./cli/analyze-command.ts";
import { addCaptureCommand } from "./cli/capture-command.ts";
import { addCheckCommand } from "./cli/check-command.ts";
import { addFlowsCommand } from "./cli/flows-command.ts";
import { addSnapshotCommand } from "./cli/snapshot-command.ts";
import { OutputClosed } from "./cli/standard-output.ts";
import { UsageError } from "./cli/usage-error.ts";

const help = `
Commands on files:  weir flows --pcap trace.pcap
                    weir analyze --pcap trace.pcap --cluster cluster.yaml
                    weir check --cluster cluster.yaml --policies policies.yaml --pcap trace.pcap
A cluster's state:  weir snapshot > cluster.yaml
Live:               weir agent --cluster cluster.yaml, then curl -s http://127.0.0.1:9447/api/v1/profiles

Every option can be given as an environment variable, --data-dir as WEIR_DATA_DIR.
Results go to standard output, everything else to standard error.`;

function makeProgram(onNo: () => void): Command {
  const { version, description } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
    description: string;
  };
  const program = new Command("weir")
    .description(description)
    .version(version)
    .addHelpText("after", help)
    .exitOverride()
    .configureOutput({ outputError: () => undefined, writeErr: () => undefined })
    .showHelpAfterError(false);
  // Each command loads what it needs when it is called: capture must stay small, and flows needs no server.
  addAgentCommand(program, async (options, signal) => {
    const { runAgent } = await import("./agent.ts");
    await runAgent(options, signal);
  });
  addCaptureCommand(program);
  addAnalyzeCommand(program);
  addFlowsCommand(program);
  addCheckCommand(program, onNo);
  addSnapshotCommand(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** 0 done; 1 the answer is no (only check); 2 bad usage or input, with one clear line a fault. Anything else is our bug and shows its stack. */
async function main(): Promise<number> {
  let isNo = false;
  const program = makeProgram(() => (isNo = true));
  try {
    await program.parseAsync();
    return isNo ? 1 : 0;
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    if (error instanceof CommanderError) return explainUsage(error);
    if (!(error instanceof UsageError)) throw error;
    for (const line of error.message.split("\n")) console.error(`weir: ${line}`);
    return 2;
  }
}

/** commander has printed help and version itself; of a fault it leaves the printing to us. */
function explainUsage(error: CommanderError): number {
  if (error.exitCode === 0) return 0;
  const message = error.message.replace(/^error: /u, "").replaceAll("\n", " ");
  console.error(error.code === "commander.help" ? "weir: a command is missing; see weir --help" : `weir: ${message}`);
  return 2;
}

process.exitCode = await main();
