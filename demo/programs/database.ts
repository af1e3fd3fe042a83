// A small database that speaks the Redis protocol, so that redis-cli can talk to it.
import { type Socket, createServer } from "node:net";
import { encodeBulk, takeCommand } from "./resp.ts";

const values = new Map<string, string>();

const server = createServer((socket) => {
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    received = answerAll(socket, received + chunk);
  });
  socket.on("error", () => socket.destroy());
});
server.listen(6379, () => console.log("database on port 6379"));

/** Answers what has arrived in whole commands; what is left begins the next one. */
function answerAll(socket: Socket, received: string): string {
  const command = takeCommand(received);
  if (command === "incomplete") return received;
  if (command === "malformed") {
    socket.end("-ERR Protocol error\r\n");
    return "";
  }
  socket.write(answer(command.words), "latin1");
  return answerAll(socket, command.rest);
}

function answer([command = "", key = "", value = ""]: readonly string[]): string {
  switch (command.toUpperCase()) {
    case "PING":
      return "+PONG\r\n";
    case "SET":
      values.set(key, value);
      return "+OK\r\n";
    case "GET": {
      const found = values.get(key);
      return found === undefined ? "$-1\r\n" : encodeBulk(found);
    }
    case "INCR": {
      const next = String(Number(values.get(key) ?? "0") + 1);
      values.set(key, next);
      return `:${next}\r\n`;
    }
    default:
      return `-ERR unknown command '${command}'\r\n`;
  }
}
