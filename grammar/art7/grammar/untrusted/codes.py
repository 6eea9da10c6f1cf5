"""The codes of refused sources, archives, texts and documents: title and explanation of each.

Codes are stable and never reused. `A7-B001` to `A7-B099` belong to this package; the bundle's own
rules (manifest, hashes, signatures) begin at `A7-B100`.
"""

from __future__ import annotations

from typing import NamedTuple


class CodeText(NamedTuple):
    """What a code means: one phrase, and why it is refused with what to do."""

    title: str
    explanation: str


CODES: dict[str, CodeText] = {
    "A7-B001": CodeText(
        "not an archive that art7 reads",
        "A bundle is a folder, a zip, a tar or a gzipped tar. The first octets match none of them. "
        "Pack the offer again with `art7 publish`.",
    ),
    "A7-B002": CodeText(
        "the bundle holds no file",
        "The archive or folder is well formed but holds no regular file. Check that the right folder was packed.",
    ),
    "A7-B003": CodeText(
        "the archive is cut short",
        "The data ends inside a member or before the directory that must close it. No part of it is used. "
        "Transfer the file again and compare its length with the original.",
    ),
    "A7-B004": CodeText(
        "too many members",
        "The number of members is limited so that a small file cannot cost much memory. "
        "The number is read from the directory before any member is.",
    ),
    "A7-B005": CodeText(
        "a member is too large",
        "The declared or the real size of one member is beyond the limit. Nothing of it was expanded or kept.",
    ),
    "A7-B006": CodeText(
        "the expanded bundle is too large",
        "The members are each within their limit but together beyond the limit of a bundle.",
    ),
    "A7-B007": CodeText(
        "the data expands too much",
        "The ratio of expanded to packed size is that of a decompression bomb, not of specifications and vectors.",
    ),
    "A7-B008": CodeText(
        "declared and real size differ",
        "The size in the header is not the size of the content. Expanding stops one octet after the declared size.",
    ),
    "A7-B009": CodeText(
        "the content is corrupt",
        "A checksum does not match or the compressed data is not valid. Transfer or pack the file again.",
    ),
    "A7-B010": CodeText(
        "an encrypted member",
        "A published offer can be read by everyone; art7 asks for no password. Pack it without encryption.",
    ),
    "A7-B011": CodeText(
        "a compression method that art7 does not read",
        "Members are stored or deflated; other methods are not read by every tool. Pack with one of these two.",
    ),
    "A7-B012": CodeText(
        "a path that leaves the bundle or is not a plain relative path",
        "Absolute paths, `..`, `.`, empty parts, backslashes and drive letters mean different files to "
        "different readers. They are refused and never repaired.",
    ),
    "A7-B013": CodeText(
        "a path that is too long or too deep",
        "Long and deep paths cannot be unpacked on every file system.",
    ),
    "A7-B014": CodeText(
        "a name that is not safe on every file system or in a report",
        "Names are UTF-8 in normal form C, without control or invisible characters, reserved device names, "
        "or letters of several look-alike scripts in one name.",
    ),
    "A7-B015": CodeText(
        "one name twice",
        "Two members of one name: some readers use the first, others the last. What is hashed must be what is read.",
    ),
    "A7-B016": CodeText(
        "two names that become one file",
        "Names that differ only by case or Unicode normal form, or a file that is also a folder, give different "
        "trees on different file systems.",
    ),
    "A7-B017": CodeText(
        "a link",
        "Symbolic and hard links are refused whatever they point at: what they name may lie outside the bundle. "
        "Put the file itself into the bundle.",
    ),
    "A7-B018": CodeText(
        "not a regular file",
        "Devices, FIFOs, sockets and sparse files have no place in a bundle; opening some of them would hang.",
    ),
    "A7-B019": CodeText(
        "octets that belong to no member",
        "Data before, between or after the members can hold a second archive that another reader would see.",
    ),
    "A7-B020": CodeText(
        "two headers disagree",
        "The same fact is written in two places with two values, so two readers would see two archives.",
    ),
    "A7-B021": CodeText(
        "an archive feature that art7 does not read",
        "zip64, archives in several parts, GNU sparse members and the like are not needed for an offer.",
    ),
    "A7-B022": CodeText(
        "a malformed archive header",
        "A header field does not follow its format (a number, a checksum, a pax record length).",
    ),
    "A7-B023": CodeText(
        "the file is too large", "The input is larger than art7 reads. It was not opened in full."
    ),
    "A7-B030": CodeText(
        "the source cannot be read",
        "There is nothing at this path, or this user may not read it. Check the path and its permissions.",
    ),
    "A7-B031": CodeText(
        "the source is neither a file nor a folder",
        "A link, FIFO, socket or device is not opened: it may hang or change between two readings. "
        "Name the file or folder itself.",
    ),
    "A7-B032": CodeText(
        "the source is empty", "The file has no content; an interrupted download leaves such files."
    ),
    "A7-B033": CodeText(
        "the source changed while it was read",
        "A verdict must be about one state of the files. Run again when nothing writes to them.",
    ),
    "A7-B040": CodeText(
        "not UTF-8",
        "Every text of an offer is strict UTF-8: no overlong forms, no surrogates, no other encoding.",
    ),
    "A7-B041": CodeText(
        "a byte order mark",
        "U+FEFF at the start is invisible, is not allowed in these formats and splits readers. Remove it.",
    ),
    "A7-B042": CodeText(
        "a control character",
        "Control and text-direction characters can hide what a text says. Write an escape in their place.",
    ),
    "A7-B043": CodeText("the text is too large", "The text is larger than the limit for its kind."),
    "A7-B044": CodeText(
        "a format that art7 does not read",
        "Manifests are TOML, data is JSON. YAML is not read: its readers disagree on types, aliases and tags.",
    ),
    "A7-B050": CodeText(
        "the JSON does not follow its grammar",
        "Strict JSON (RFC 8259): double quotes, no comments, no trailing commas, no single word but true, false, null.",
    ),
    "A7-B051": CodeText(
        "one key twice",
        "Readers differ on which value counts. Both places are shown; remove one.",
    ),
    "A7-B052": CodeText("nested too deep", "Nesting is limited so that no reader runs out of stack."),
    "A7-B053": CodeText(
        "a number outside what every reader holds exactly",
        "Integers lie within ±(2^53 - 1); write larger ones as decimal strings. Fractions only where the format asks.",
    ),
    "A7-B055": CodeText(
        "data after the value", "The whole input is one value. Split several values into several files."
    ),
    "A7-B056": CodeText(
        "too many values", "The number of values is limited so that a small text cannot cost much memory."
    ),
    "A7-B057": CodeText(
        "half of a surrogate pair",
        "An escape such as \\ud83d alone is no character and has no UTF-8 form.",
    ),
    "A7-B060": CodeText(
        "the TOML does not follow its grammar",
        "The manifest is TOML 1.0. The place is where reading had to stop.",
    ),
}
"""code → title and explanation."""
