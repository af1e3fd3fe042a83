// Writes so many events to standard output as capture does and exits at once: `write-events.ts COUNT PATIENCE_MS`, see event-writer.test.ts.
import { EventWriter } from "../../src/flow/event-writer.ts";

const [count = 0, patienceMs = 0] = process.argv.slice(2).map(Number);
const writer = new EventWriter(process.stdout.fd); // touching process.stdout makes a pipe non-blocking
writer.waitForReader(patienceMs);
for (let n = 0; n < count; n++) {
  const status = {
    packets: n,
    dropped: 0,
    overflowed: writer.overflowed,
    evicted: 0,
    unreadable: {},
    sampledOut: 0,
    untold: 0,
    interfaces: 1,
    interfacesNotCaptured: 0,
    reopened: 0,
    isSilent: null,
    timeUs: n,
  };
  writer.write({ kind: "status", status });
}
writer.flush();
process.exit(writer.overflowed > 0 ? 1 : 0);
