// Times ts-mls on V8: node peers_ts_mls.mjs NODE_MODULES INPUTS. The least of many short rounds after warm-up, in
// microseconds: what else the machine does slows a round, never quickens it.
import fs from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"

const [modules, inputs] = process.argv.slice(2)
const root = path.join(modules, "ts-mls")
const about = JSON.parse(fs.readFileSync(path.join(root, "package.json")))
const entry = about.exports?.["."]?.import ?? about.exports?.["."]?.default ?? about.main ?? "dist/src/index.js"
const { decodeMlsMessage, encodeMlsMessage } = await import(pathToFileURL(path.join(root, entry)))

const CALLS = 200
const ROUNDS = 300

function least(call) {
  for (let i = 0; i < 20000; i++) call()
  let found = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (let i = 0; i < CALLS; i++) call()
    found = Math.min(found, (performance.now() - start) / CALLS)
  }
  return (found * 1000).toFixed(3)
}

for (const name of ["mls_key_package.bin", "mls_private_message.bin"]) {
  const octets = new Uint8Array(fs.readFileSync(path.join(inputs, name)))
  const value = decodeMlsMessage(octets, 0)[0]
  const decoding = least(() => decodeMlsMessage(octets, 0))
  const encoding = least(() => encodeMlsMessage(value))
  console.log(`ts-mls ${name}: decode ${decoding} us, encode ${encoding} us`)
}
