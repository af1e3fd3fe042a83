// Takes connections on a socket that it is handed and carries them on to a port of its own loopback: see demo/forward.ts.
import { type Server, type Socket, connect } from "node:net";
import { pipeline } from "node:stream";

const port = Number(process.argv[2]);

process.on("message", (_, server: Server) => {
  server.on("connection", carryOn);
});

function carryOn(here: Socket): void {
  const there = connect(port, "127.0.0.1");
  // A side that breaks takes the other with it, which is all there is to do.
  pipeline(here, there, here, () => {});
}
