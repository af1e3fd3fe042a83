import { UsageError } from "./cli/usage-error.ts";
import { ApiRefused } from "./cluster/api/api-fault.ts";
import { ClusterFileError } from "./cluster/file/cluster-file-error.ts";
import { CaptureRefused } from "./flow/capture-feed.ts";
import { StoreFault } from "./profile/store-fault.ts";
import { CertificateFault } from "./server/tls/certificate.ts";

const THEIRS = [CaptureRefused, StoreFault, ClusterFileError, ApiRefused, CertificateFault];

/** What the user can mend is one line, a UsageError; everything else is ours and shows its stack. Throws always. */
export function refuse(error: unknown): never {
  const isTheirs = THEIRS.some((kind) => error instanceof kind);
  const isListening = error instanceof Error && "code" in error && "syscall" in error && error.syscall === "listen";
  if (!isTheirs && !isListening) throw error;
  throw new UsageError(isListening ? `--listen: ${error.message}` : (error as Error).message, { cause: error });
}

export function orRefuse<Value>(start: () => Value): Value {
  try {
    return start();
  } catch (error) {
    return refuse(error);
  }
}
