// A member of MLS groups as a process: a line of JSON in, a line of JSON out. Packages are those of the working folder.
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const home = pathToFileURL(process.cwd() + "/");
export const place = (path) => new URL(`node_modules/${path}`, home);
export const load = (path) => import(place(path));
export const hex = (octets) => Buffer.from(octets).toString("hex");
export const octets = (text) => new Uint8Array(Buffer.from(text, "hex"));

function explained(error) {
  const inside = JSON.stringify(error?.inner ?? "", (_, value) => (typeof value === "bigint" ? String(value) : value));
  return `${error} ${inside === '""' ? (error?.stack ?? "") : inside}`.slice(0, 600);
}

export async function serve(operations) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { op, ...members } = JSON.parse(line);
    let reply;
    try {
      reply = { ok: true, ...(await operations[op](members)) };
    } catch (error) {
      reply = { ok: false, error: explained(error) };
    }
    process.stdout.write(JSON.stringify(reply) + "\n");
  }
  process.exit(0);
}
