"""The codes of refused sources, archives, texts and documents.

Codes are stable and never reused. `A7-B001` to `A7-B099` belong to this package; the bundle's own
rules (manifest, hashes, signatures) begin at `A7-B100`.
"""

from art7.grammar.codes import Code

CODES: dict[str, Code] = {
    "A7-B001": Code(
        "not an archive that art7 reads",
        "A bundle is a folder, a zip, a tar or a gzipped tar. The first octets match none of them.",
        "Pack the offer again, or name its folder.",
    ),
    "A7-B002": Code(
        "the bundle holds no file",
        "The archive or folder is well formed but holds no regular file.",
        "Check that the right folder was packed.",
    ),
    "A7-B003": Code(
        "the archive is cut short",
        "The data ends inside a member or before the directory that must close it. No part of it is used.",
        "Transfer the file again and compare its length with the original.",
    ),
    "A7-B004": Code(
        "too many members",
        "The number of members is limited so that a small file cannot cost much memory. The number is "
        "read from the directory before any member is.",
        "Leave out what is not part of the offer, or join small files.",
    ),
    "A7-B005": Code(
        "a member is too large",
        "The declared or the real size of one member is beyond the limit. Nothing of it was expanded or "
        "kept.",
        "Split the file, or leave it out of the bundle.",
    ),
    "A7-B006": Code(
        "the expanded bundle is too large",
        "The members are each within their limit but together beyond the limit of a bundle.",
        "Leave out what is not part of the offer.",
    ),
    "A7-B007": Code(
        "the data expands too much",
        "The ratio of expanded to packed size is that of a decompression bomb, not of specifications and"
        " vectors.",
        "Leave the file out, or store what it holds in a smaller form.",
    ),
    "A7-B008": Code(
        "declared and real size differ",
        "The size in the header is not the size of the content. Expanding stops one octet after the "
        "declared size.",
        "Pack the offer again with another tool.",
    ),
    "A7-B009": Code(
        "the content is corrupt",
        "A checksum does not match or the compressed data is not valid.",
        "Transfer or pack the file again.",
    ),
    "A7-B010": Code(
        "an encrypted member",
        "A published offer can be read by everyone; art7 asks for no password.",
        "Pack the offer without encryption.",
    ),
    "A7-B011": Code(
        "a compression method that art7 does not read",
        "Members are stored or deflated; other methods are not read by every tool.",
        "Pack with the method `store` or `deflate`.",
    ),
    "A7-B012": Code(
        "a path that leaves the bundle or is not a plain relative path",
        "Absolute paths, `..`, `.`, empty parts, backslashes and drive letters mean different files to "
        "different readers. They are refused and never repaired.",
        "Pack the offer again from inside its folder.",
    ),
    "A7-B013": Code(
        "a path that is too long or too deep",
        "Long and deep paths cannot be unpacked on every file system.",
        "Shorten the path.",
    ),
    "A7-B014": Code(
        "a name that is not safe on every file system or in a report",
        "Names are UTF-8 in normal form C, without control or invisible characters, reserved device "
        "names, or letters of several look-alike scripts in one name.",
        "Rename the file.",
    ),
    "A7-B015": Code(
        "one name twice",
        "Two members of one name: some readers use the first, others the last. What is hashed must be "
        "what is read.",
        "Keep one of the two.",
    ),
    "A7-B016": Code(
        "two names that become one file",
        "Names that differ only by case or Unicode normal form, or a file that is also a folder, give "
        "different trees on different file systems.",
        "Rename one of the two.",
    ),
    "A7-B017": Code(
        "a link",
        "Symbolic and hard links are refused whatever they point at: what they name may lie outside the "
        "bundle.",
        "Put the file itself into the bundle.",
    ),
    "A7-B018": Code(
        "not a regular file",
        "Devices, FIFOs, sockets and sparse files have no place in a bundle; opening some of them would "
        "hang.",
        "Remove it from the bundle.",
    ),
    "A7-B019": Code(
        "octets that belong to no member",
        "Data before, between or after the members can hold a second archive that another reader would see.",
        "Keep one archive in the file; pack the offer again.",
    ),
    "A7-B020": Code(
        "two headers disagree",
        "The same fact is written in two places with two values, so two readers would see two archives.",
        "Pack the offer again with another tool.",
    ),
    "A7-B021": Code(
        "an archive feature that art7 does not read",
        "zip64, archives in several parts, GNU sparse members and the like are not needed for an offer.",
        "Pack the offer again as a plain zip or tar.",
    ),
    "A7-B022": Code(
        "a malformed archive header",
        "A header field does not follow its format (a number, a checksum, a pax record length).",
        "Pack the offer again with another tool.",
    ),
    "A7-B023": Code(
        "the file is too large",
        "The input is larger than art7 reads. It was not opened in full.",
        "Name a smaller file.",
    ),
    "A7-B030": Code(
        "the source cannot be read",
        "There is nothing at this path, or this user may not read it.",
        "Check the path and its permissions.",
    ),
    "A7-B031": Code(
        "the source is neither a file nor a folder",
        "A link, FIFO, socket or device is not opened: it may hang or change between two readings.",
        "Name the file or folder itself.",
    ),
    "A7-B032": Code(
        "the source is empty",
        "The file has no content; an interrupted download leaves such files.",
        "Transfer the file again.",
    ),
    "A7-B033": Code(
        "the source changed while it was read",
        "A verdict must be about one state of the files.",
        "Run again when nothing writes to the files.",
    ),
    "A7-B040": Code(
        "not UTF-8",
        "Every text of an offer is strict UTF-8: no overlong forms, no surrogates, no other encoding.",
        "Save the text as UTF-8.",
    ),
    "A7-B041": Code(
        "a byte order mark",
        "U+FEFF at the start is invisible, is not allowed in these formats and splits readers.",
        "Save the text as UTF-8 without a mark.",
    ),
    "A7-B042": Code(
        "a control character",
        "Control and text-direction characters can hide what a text says.",
        "Remove the character, or write an escape in its place.",
    ),
    "A7-B043": Code(
        "the text is too large",
        "The text is larger than the limit for its kind.",
        "Split the text.",
    ),
    "A7-B044": Code(
        "a format that art7 does not read",
        "Manifests are TOML, data is JSON. YAML is not read: its readers disagree on types, aliases and "
        "tags.",
        "Convert the file to TOML or JSON.",
    ),
    "A7-B050": Code(
        "the JSON does not follow its grammar",
        "Strict JSON (RFC 8259): double quotes, no comments, no trailing commas, no single word but "
        "true, false, null.",
        "Write what the message says was expected.",
    ),
    "A7-B051": Code(
        "one key twice",
        "Readers differ on which of the two values counts.",
        "Remove one of the two.",
    ),
    "A7-B052": Code(
        "nested too deep",
        "Nesting is limited so that no reader runs out of stack.",
        "Flatten the value.",
    ),
    "A7-B053": Code(
        "a number outside what every reader holds exactly",
        "Integers lie within ±(2^53 - 1), which every reader holds exactly. Fractions only where the "
        "format asks.",
        "Write a large integer as a decimal string.",
    ),
    "A7-B055": Code(
        "data after the value",
        "The whole input is one value.",
        "Split several values into several files.",
    ),
    "A7-B056": Code(
        "too many values",
        "The number of values is limited so that a small text cannot cost much memory.",
        "Split the text.",
    ),
    "A7-B057": Code(
        "half of a surrogate pair",
        "An escape such as \\ud83d alone is no character and has no UTF-8 form.",
        "Write both halves, or the character itself.",
    ),
    "A7-B060": Code(
        "the TOML does not follow its grammar",
        "The manifest is TOML 1.0. The place is where reading had to stop.",
        "Write what the message says was expected.",
    ),
}
"""code → its page."""
