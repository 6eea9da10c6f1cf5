// ts-mls as a reader of MLSMessage: whether it reads the octets, and every octet string it found. Run as mls_tsmls.mjs.
import { hex, load, octets, serve } from "./mls_lines.mjs";

const M = await load("ts-mls/dist/src/index.js");
const { decodeRatchetTree } = await load("ts-mls/dist/src/ratchetTree.js");
const { decodeVarLenData, decodeVarLenType } = await load("ts-mls/dist/src/codec/variableLength.js");

// It leaves the data of extensions closed: RFC 9420 §17.3 says which are known where, and has their forms.
const INSIDE = {
  info: { ratchet_tree: decodeRatchetTree, external_pub: decodeVarLenData },
  context: { required_capabilities: M.decodeRequiredCapabilities, external_senders: decodeVarLenType(M.decodeExternalSender) },
  leaf: { application_id: decodeVarLenData },
};

function whole(decoder, given) {
  const found = decoder(given, 0);
  if (!found) throw new Error("not read");
  if (found[1] !== given.length) throw new Error("octets left over");
  return found[0];
}

function owner(value) {
  if ("leafNodeSource" in value) return "leaf";
  if ("confirmationTag" in value && "signer" in value) return "info";
  return "initKey" in value ? undefined : "context";
}

function* strings(value, place) {
  if (value instanceof Uint8Array) yield hex(value);
  else if (Array.isArray(value)) for (const each of value) yield* strings(each, place);
  else if (value && typeof value === "object") {
    const inside = INSIDE[place]?.[value.extensionType];
    if (inside) yield* strings(whole(inside, value.extensionData));
    else for (const each of Object.values(value)) yield* strings(each, owner(value));
  }
}

serve({
  read({ msg }) {
    const found = whole(M.decodeMlsMessage, octets(msg));
    return { kind: found.wireformat, strings: [...strings(found)] };
  },
});
