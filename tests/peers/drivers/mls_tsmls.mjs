// ts-mls (TypeScript) as a member: run in the folder that its package is installed in.
import { hex, load, octets, serve } from "./mls_lines.mjs";

const M = await load("ts-mls/dist/src/index.js");
const { createGroupInfo } = await load("ts-mls/dist/src/createCommit.js");
const { greaseCapabilities } = await load("ts-mls/dist/src/grease.js");
const N = await load("@noble/curves/nist.js");
const suites = Object.fromEntries(Object.entries(M.ciphersuites).map(([name, number]) => [number, name]));
const asBase64 = (value) => Buffer.from(value).toString("base64");

let impl, me, state, old, isPublic, psks, credential, capabilities, leafExtensions;

const wire = (wireformat, member, value) => hex(M.encodeMlsMessage({ version: "mls10", wireformat, [member]: value }));
const read = (text) => M.decodeMlsMessage(octets(text), 0)[0];
const welcomes = (made) => (made.welcome ? [wire("mls_welcome", "welcome", made.welcome)] : []);
const known = () => M.makePskIndex(old ?? state, psks);

// Its own keys of NIST curves are compressed points, where RFC 9420 §5.1.1 wants whole ones.
async function signatureKeys(suite, compressed) {
  const keys = await impl.signature.keygen();
  const curve = { 2: N.p256, 5: N.p521, 7: N.p384 }[suite];
  return curve && !compressed ? { ...keys, publicKey: curve.getPublicKey(keys.signKey, false) } : keys;
}

async function fresh(suite, { compressed = false, signKey, publicKey } = {}) {
  impl = await M.getCiphersuiteImpl(M.getCiphersuiteFromName(suites[suite]));
  const keys = signKey ? { signKey: octets(signKey), publicKey: octets(publicKey) } : await signatureKeys(suite, compressed);
  me = await M.generateKeyPackageWithKey(credential, capabilities, M.defaultLifetime, [], keys, impl, leafExtensions);
}

function leafOf(name) {
  const node = state.ratchetTree.findIndex(
    (each) => each?.nodeType === "leaf" && Buffer.from(each.leaf.credential.identity ?? []).toString() === name,
  );
  if (node < 0) throw new Error(`no member ${name}`);
  return node / 2;
}

// It writes and reads external_pub as bare octets, where RFC 9420 §12.4.3.2 has a vector of them.
async function withVector(info) {
  const extensions = info.extensions.map((each) =>
    each.extensionType === "external_pub"
      ? { ...each, extensionData: new Uint8Array([each.extensionData.length, ...each.extensionData]) }
      : each,
  );
  return createGroupInfo(state.groupContext, state.confirmationTag, state, extensions, impl);
}

function ofVector(suite) {
  // No key of these suites has 33 or 57 octets, so a key that begins with 31 is not taken for one with its length.
  const bare = (key) => ([33, 57].includes(key.length) && key.length === key[0] + 1 ? key.slice(1) : key);
  return { ...suite, hpke: { ...suite.hpke, importPublicKey: (key) => suite.hpke.importPublicKey(bare(key)) } };
}

const proposals = {
  add: (kp) => ({ proposalType: "add", add: { keyPackage: read(kp).keyPackage } }),
  remove: (name) => ({ proposalType: "remove", remove: { removed: leafOf(name) } }),
  psk: (id) => {
    const pskNonce = impl.rng.randomBytes(impl.kdf.size);
    return { proposalType: "psk", psk: { preSharedKeyId: { psktype: "external", pskId: octets(id), pskNonce } } };
  },
  resume: (pskEpoch) => {
    const named = { psktype: "resumption", usage: "application", pskGroupId: state.groupContext.groupId };
    const pskNonce = impl.rng.randomBytes(impl.kdf.size);
    return { proposalType: "psk", psk: { preSharedKeyId: { ...named, pskEpoch: BigInt(pskEpoch), pskNonce } } };
  },
  extensions: (extensions) => ({
    proposalType: "group_context_extensions",
    groupContextExtensions: { extensions: extensions.map((each) => ({ ...each, extensionData: octets(each.extensionData) })) },
  }),
};

function listed(members) {
  return Object.entries(proposals).flatMap(([kind, make]) => (members[kind] ?? []).map(make));
}

function committed(made) {
  state = made.newState;
  return { commit: hex(M.encodeMlsMessage(made.commit)), welcome: welcomes(made) };
}

await serve({
  async init({ suite, name, publicHandshake = true, x509, grease = false, ...keys }) {
    isPublic = publicHandshake;
    [psks, old, state] = [{}, undefined, undefined];
    capabilities = M.defaultCapabilities();
    leafExtensions = grease ? [{ extensionType: 0x1a1a, extensionData: new TextEncoder().encode("grease") }] : [];
    if (grease) capabilities = greaseCapabilities({ probabilityPerGreaseValue: 1 }, capabilities);
    credential = x509
      ? { credentialType: "x509", certificates: x509.map(octets) }
      : { credentialType: "basic", identity: new TextEncoder().encode(name) };
    await fresh(suite, keys);
    return {};
  },
  async fresh({ suite }) {
    old = state;
    await fresh(suite);
    return {};
  },
  async psk({ id, key }) {
    psks[asBase64(octets(id))] = octets(key);
    return {};
  },
  async kp() {
    return { kp: wire("mls_key_package", "keyPackage", me.publicPackage) };
  },
  async create({ gid }) {
    state = await M.createGroup(octets(gid), me.publicPackage, me.privatePackage, [], impl);
    return {};
  },
  async commit(members) {
    const context = { state, cipherSuite: impl, pskIndex: known() };
    const options = { extraProposals: listed(members), ratchetTreeExtension: true, wireAsPublicMessage: isPublic };
    return committed(await M.createCommit(context, options));
  },
  async propose(members) {
    const made = await M.createProposal(state, isPublic, listed(members)[0], impl);
    state = made.newState;
    return { msg: hex(M.encodeMlsMessage(made.message)) };
  },
  async join({ welcome, resumed }) {
    const join = { branch: M.joinGroupFromBranch, reinit: M.joinGroupFromReinit }[resumed];
    const value = read(welcome).welcome;
    state = join
      ? await join(old, value, me.publicPackage, me.privatePackage, undefined, resumed === "branch" ? impl : undefined)
      : await M.joinGroup(value, me.publicPackage, me.privatePackage, known(), impl);
    old = undefined;
    return {};
  },
  async recv({ msg }) {
    const got = await M.processMessage(read(msg), state, known(), M.acceptAll, impl);
    state = got.newState;
    return got.kind === "applicationMessage" ? { kind: "app", data: hex(got.message) } : { kind: "handshake" };
  },
  async send({ data }) {
    const made = await M.createApplicationMessage(state, octets(data), impl);
    state = made.newState;
    return { msg: wire("mls_private_message", "privateMessage", made.privateMessage) };
  },
  async export({ label, context, len }) {
    return { secret: hex(await M.mlsExporter(state.keySchedule.exporterSecret, label, octets(context), len, impl)) };
  },
  async info() {
    const { groupContext, keySchedule, groupActiveState } = state;
    return { epoch: Number(groupContext.epoch), authenticator: hex(keySchedule.epochAuthenticator), active: groupActiveState.kind };
  },
  async group_info({ bare = false }) {
    const made = await M.createGroupInfoWithExternalPubAndRatchetTree(state, [], impl);
    return { info: wire("mls_group_info", "groupInfo", bare ? made : await withVector(made)) };
  },
  async join_external({ info, resync = false }) {
    const value = read(info).groupInfo;
    const made = await M.joinGroupExternal(value, me.publicPackage, me.privatePackage, resync, ofVector(impl));
    state = made.newState;
    return { commit: wire("mls_public_message", "publicMessage", made.publicMessage) };
  },
  async propose_self({ info }) {
    const made = await M.proposeAddExternal(read(info).groupInfo, me.publicPackage, me.privatePackage, impl);
    return { msg: hex(M.encodeMlsMessage(made)) };
  },
  async reinit({ gid, suite }) {
    return committed(await M.reinitGroup(state, octets(gid), "mls10", suites[suite], [], impl));
  },
  async begin_anew({ gid, suite, others }) {
    const packages = others.map((each) => read(each).keyPackage);
    const mine = [me.publicPackage, me.privatePackage];
    return committed(await M.reinitCreateNewGroup(old, ...mine, packages, octets(gid), suites[suite], []));
  },
  async branch({ gid, others }) {
    const packages = others.map((each) => read(each).keyPackage);
    return committed(await M.branchGroup(old, me.publicPackage, me.privatePackage, packages, octets(gid), impl));
  },
});
