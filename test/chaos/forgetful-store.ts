// Loaded into an agent before all else (NODE_OPTIONS=--import=...), it loses every third save without a word: see chaos.test.ts.
import { DatabaseSync } from "node:sqlite";

let saves = 0;
// Whose method is called is the database's own.
// eslint-disable-next-line typescript/unbound-method
const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function forgetfulExec(sql: string): void {
  exec.call(this, sql === "COMMIT" && ++saves % 3 === 0 ? "ROLLBACK" : sql);
};
