import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
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

/** Adds a command to the program; `onNo` is for the one whose answer may be no. */
type AddCommand = (program: Command, onNo: () => void) => void;

/**
 * Each command loads what it needs when it is called, and of the others not even their flags: capture, which stands
 * beside every workload of a node, must stay small. docs/decisions/start-up.md
 */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  agent: async () => {
    const { addAgentCommand } = await import("./cli/agent-command.ts");
    return (program) =>
      addAgentCommand(program, async (options, signal) => {
        const { runAgent } = await import("./agent.ts");
        await runAgent(options, signal);
      });
  },
  capture: async () => (await import("./cli/capture-command.ts")).addCaptureCommand,
  analyze: async () => (await import("./cli/analyze-command.ts")).addAnalyzeCommand,
  flows: async () => (await import("./cli/flows-command.ts")).addFlowsCommand,
  check: async () => (await import("./cli/check-command.ts")).addCheckCommand,
  forget: async () => (await import("./cli/forget-command.ts")).addForgetCommand,
  snapshot: async () => (await import("./cli/snapshot-command.ts")).addSnapshotCommand,
};

/** With the command that is named first, or with all of them where none is. */
async function makeProgram(named: string | undefined, onNo: () => void): Promise<Command> {
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
  const one = Object.entries(commands).filter(([name]) => name === named);
  for (const [, load] of one.length > 0 ? one : Object.entries(commands)) (await load())(program, onNo);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** 0 done; 1 the answer is no (only check); 2 bad usage or input, with one clear line a fault. Anything else is our bug and shows its stack. */
async function main(): Promise<number> {
  let isNo = false;
  const program = await makeProgram(process.argv[2], () => (isNo = true));
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
