"""Archives and folders: what common tools write is read, what has two readings is refused."""

from __future__ import annotations

import gzip
import io
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import (
    CODES,
    Bundle,
    Limits,
    folder_reader,
    read_archive,
    read_file,
    read_folder,
    read_source,
    write_archive,
)

TREE = {"offer.toml": b"a = 1\n", "modules/chat.a7": b"module x\n" * 500, "docs/caf\u00e9.txt": b"\0\xff"}


def read(data: bytes, **options: object) -> tuple[Bundle | None, list[str]]:
    report = Report()
    bundle = read_archive(data, report, name="offer", **options)  # type: ignore[arg-type]
    assert {found.code for found in report.diagnostics} <= set(CODES)
    assert all(len(found.message) < 300 and found.message.isprintable() for found in report.diagnostics)
    return bundle, [found.code for found in report.diagnostics]


def refused(data: bytes, **options: object) -> str:
    bundle, codes = read(data, **options)
    assert bundle is None
    [code] = codes
    return code


def zipped(
    files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, sink: io.BytesIO | None = None
) -> bytes:
    out = sink or io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: dict[str, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


class Unseekable(io.BytesIO):
    """A pipe: the writer cannot go back to its headers and adds descriptors."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError

    def tell(self) -> int:
        raise OSError


LONG = {("folder/" * 10 + "x" * 60 + ".txt"): b"long", **TREE}


@pytest.mark.parametrize(
    ("data", "files"),
    [
        (zipped(TREE), TREE),
        (zipped(TREE, zipfile.ZIP_STORED), TREE),
        (zipped(TREE, sink=Unseekable()), TREE),
        (zipped({"docs/": b"", **TREE}), TREE),
        (tarred(LONG, tarfile.PAX_FORMAT), LONG),
        (tarred(LONG, tarfile.GNU_FORMAT), LONG),
        (tarred({name: TREE[name] for name in list(TREE)[:2]}, tarfile.USTAR_FORMAT), None),
        (gzip.compress(tarred(TREE)), TREE),
        (tarred({f"./{name}": content for name, content in TREE.items()}), TREE),
    ],
    ids=["deflated", "stored", "streamed", "folders", "pax", "gnu", "ustar", "gzip", "dot-slash"],
)
def test_common_tools_are_read(data: bytes, files: dict[str, bytes] | None) -> None:
    bundle, codes = read(data)
    assert bundle is not None, codes
    assert dict(bundle.files) == (files or {name: TREE[name] for name in list(TREE)[:2]})
    assert list(bundle.files) == sorted(bundle.files)


def test_plain_comment_is_read_and_a_hidden_archive_is_not() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"1")
        archive.comment = b"3f786850e387550fdab836ed7e6dc881de23001b"
    assert read(out.getvalue())[0] is not None
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = zipped({"b": b"2"})
    assert refused(out.getvalue()) == "A7-B019"


def patched(data: bytes, signature: bytes, offset: int, form: str, value: int) -> bytes:
    """Overwrite one field of the first record with `signature`."""
    at = data.index(signature) + offset
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form) :]


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: b"", "A7-B032"),
        (lambda data: b"%PDF-1.7", "A7-B001"),
        (lambda data: data[:-30], "A7-B003"),
        (lambda data: data + b"x", "A7-B019"),
        (lambda data: b"x" + data, "A7-B019"),
        (lambda data: patched(data, LOCAL, 14, "<L", 0), "A7-B020"),
        (lambda data: patched(data, LOCAL, 22, "<L", 1), "A7-B020"),
        (lambda data: patched(data, LOCAL, 30, "<B", 0x58), "A7-B020"),
        (lambda data: patched(data, LOCAL, 6, "<H", 1), "A7-B020"),
        (lambda data: patched(data, CENTRAL, 8, "<H", 0x41), "A7-B010"),
        (lambda data: patched(data, CENTRAL, 8, "<H", 0x20), "A7-B021"),
        (lambda data: patched(data, CENTRAL, 10, "<H", 14), "A7-B011"),
        (lambda data: patched(data, CENTRAL, 24, "<L", 1 << 31), "A7-B005"),
        (lambda data: patched(data, CENTRAL, 24, "<L", 0xFFFFFFFF), "A7-B021"),
        (lambda data: patched(data, CENTRAL, 38, "<L", 0o120777 << 16), "A7-B017"),
        (lambda data: patched(data, CENTRAL, 38, "<L", 0o010644 << 16), "A7-B018"),
        (lambda data: patched(data, CENTRAL, 38, "<L", 0o040755 << 16), "A7-B020"),
        (lambda data: patched(data, CENTRAL, 42, "<L", 1), "A7-B019"),
        (lambda data: patched(data, END, 10, "<H", 7), "A7-B021"),
        (lambda data: patched(patched(data, END, 8, "<H", 2), END, 10, "<H", 2), "A7-B019"),
        (lambda data: patched(data, END, 16, "<L", 0xFFFFFFFF), "A7-B021"),
        (lambda data: patched(data, END, 12, "<L", 1), "A7-B019"),
    ],
)
def test_changed_zip_is_refused(change: Callable[[bytes], bytes], code: str) -> None:
    assert refused(change(zipped(TREE))) == code


def with_extra(identifier: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo("a.txt")
        member.extra = struct.pack("<HH", identifier, 4) + b"abcd"
        archive.writestr(member, b"1")
    return out.getvalue()


def test_extra_fields_with_a_second_meaning() -> None:
    assert read(with_extra(0x5455))[0] is not None
    assert refused(with_extra(0x7075)) == "A7-B020"


def test_overlapping_members_are_refused() -> None:
    """Two directory entries that share one local record (the shape of overlap bombs)."""
    data = zipped({"a": b"x" * 99, "b": b"x" * 99})
    second = data.index(CENTRAL, data.index(CENTRAL) + 4)
    assert refused(data[: second + 42] + struct.pack("<L", 0) + data[second + 46 :]) == "A7-B019"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["../a"], "A7-B012"),
        (["/a"], "A7-B012"),
        (["a/../b"], "A7-B012"),
        (["a//b"], "A7-B012"),
        (["a\\b"], "A7-B012"),
        (["C:a"], "A7-B012"),
        (["./a"], "A7-B012"),
        (["a/" * 20 + "b"], "A7-B013"),
        (["a" * 300], "A7-B013"),
        (["con.txt"], "A7-B014"),
        (["a. "], "A7-B014"),
        (["a\x1b[2J"], "A7-B014"),
        (["a\u202etxt"], "A7-B014"),
        (["a?b"], "A7-B014"),
        (["a", "A"], "A7-B016"),
        (["x/a", "X/b"], "A7-B016"),
        (["a", "a/b"], "A7-B016"),
        (["\u00e9", "e\u0301"], "A7-B016"),
        (["\ufb01", "fi"], "A7-B016"),
    ],
)
def test_names(names: list[str], code: str) -> None:
    report = Report()
    files = {name: b"1" for name in names}
    assert write_archive(files, report) is None
    assert [found.code for found in report.diagnostics] == [code]
    if all("\\" not in name and "./a" != name for name in names):  # the packers change these two themselves
        assert refused(zipped(files)) == code
        assert refused(tarred(files)) == code


def test_limits() -> None:
    small = Limits(members=2, member_octets=100, total_octets=150, ratio=20, ratio_from_octets=10)
    assert refused(zipped({"a": b"", "b": b"", "c": b""}), limits=small) == "A7-B004"
    assert refused(zipped({"a": b"x" * 101}), limits=small) == "A7-B005"
    assert refused(zipped({"a": os.urandom(80), "b": os.urandom(80)}), limits=small) == "A7-B006"
    assert refused(zipped({"a": b"x" * 2000}), limits=Limits(ratio=20, ratio_from_octets=10)) == "A7-B007"
    assert refused(tarred({"a": b"x" * 101}), limits=small) == "A7-B005"
    assert refused(tarred({"a": b"x" * 80, "b": b"x" * 80}), limits=small) == "A7-B006"
    assert refused(zipped(TREE), limits=Limits(archive_octets=10)) == "A7-B023"


def block(name: bytes, kind: bytes = b"0", size: bytes = b"0\0", content: bytes = b"") -> bytes:
    """One POSIX header with its checksum, and its content in whole blocks."""
    head = bytearray(512)
    head[: len(name)] = name
    head[124 : 124 + len(size)] = size
    head[148:156] = b" " * 8
    head[156:157] = kind
    head[257:265] = b"ustar\x0000"
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + content.ljust(-(-len(content) // 512) * 512, b"\0")


END_BLOCKS = bytes(1024)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (block(b"a"), "A7-B003"),
        (block(b"a") + bytes(512), "A7-B003"),
        (block(b"a") + END_BLOCKS + b"\1" * 512, "A7-B019"),
        (block(b"a") + END_BLOCKS + b"\0", "A7-B019"),
        (block(b"a", size=b"9\0") + END_BLOCKS, "A7-B022"),
        (block(b"a", size=b"1\0", content=b"xy") + END_BLOCKS, "A7-B019"),
        (block(b"a", size=b"77777777777", content=b"x") + END_BLOCKS, "A7-B005"),
        (block(b"a", size=b"\x80" + b"\0" * 10 + b"\1", content=b"x") + END_BLOCKS, None),
        (block(b"a")[:500] + b"x" * 12 + END_BLOCKS, "A7-B022"),
        (block(b"a", b"2") + END_BLOCKS, "A7-B017"),
        (block(b"a", b"7") + END_BLOCKS, "A7-B021"),
        (block(b"a", b"S") + END_BLOCKS, "A7-B018"),
        (block(b"a/") + END_BLOCKS, "A7-B020"),
        (block(b"\xff") + END_BLOCKS, "A7-B014"),
        (block(b"a") + block(b"a") + END_BLOCKS, "A7-B015"),
        (block(b"x", b"x", b"12\0", b"9 path=b\n") + END_BLOCKS, "A7-B022"),
        (block(b"x", b"x", b"11\0", b"9 path=b\n") + END_BLOCKS, "A7-B022"),
        (block(b"x", b"x", b"11\0", b"9 path=b\n") + block(b"a") + END_BLOCKS, None),
        (block(b"x", b"x", b"11\0", b"9 size=5\n") + block(b"a") + END_BLOCKS, "A7-B020"),
        (block(b"x", b"g", b"11\0", b"9 path=b\n") + block(b"a") + END_BLOCKS, "A7-B021"),
        (block(b"x", b"x", b"11\0", b"8 path=b\n") + block(b"a") + END_BLOCKS, "A7-B022"),
        (block(b"x", b"x", b"1\0", b"9") + block(b"a") + END_BLOCKS, "A7-B022"),
        (END_BLOCKS, "A7-B001"),
    ],
)
def test_tar_blocks(data: bytes, code: str | None) -> None:
    bundle, codes = read(data)
    assert codes == ([code] if code else [])


def test_gzip_tricks() -> None:
    data = gzip.compress(tarred(TREE))
    assert refused(data + b"\0") == "A7-B019"
    assert refused(data + data) == "A7-B019"
    assert refused(data[:-9]) == "A7-B003"
    assert refused(data[:-8] + b"\0" * 8) == "A7-B009"


FILES = st.dictionaries(
    st.from_regex(r"[a-z]{1,3}(/[a-z0-9_]{1,3}){0,2}\.txt", fullmatch=True),
    st.binary(max_size=40),
    min_size=1,
)


@given(FILES)
def test_written_archive_is_read_back(files: dict[str, bytes]) -> None:
    report = Report()
    data = write_archive(files, report)
    if data is None:  # `a.txt` beside `a.txt/b.txt`
        assert [found.code for found in report.diagnostics] == ["A7-B016"]
        return
    assert data == write_archive(dict(reversed(files.items())), report), "the order of packing does not show"
    bundle, codes = read(data)
    assert bundle is not None, codes
    assert dict(bundle.files) == files
    with zipfile.ZipFile(io.BytesIO(data)) as peer:
        assert peer.testzip() is None
        assert {name: peer.read(name) for name in peer.namelist()} == files


SEEDS = [zipped(TREE), zipped(TREE, sink=Unseekable()), tarred(LONG), tarred(LONG, tarfile.GNU_FORMAT)]
SEEDS.append(gzip.compress(SEEDS[2], mtime=0))


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 40),
)
def test_mutants_are_read_alike_or_refused(seed: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(seed[: len(seed) - cut])
    for at, value in changes:
        data[at % len(data)] = value
    bundle, codes = read(bytes(data))
    assert (bundle is None) == (len(codes) == 1)
    if bundle is not None and data.startswith(LOCAL):
        with zipfile.ZipFile(io.BytesIO(data)) as peer:
            assert {name: zlib.crc32(content) for name, content in bundle.files.items()} == {
                info.filename: info.CRC for info in peer.infolist() if not info.is_dir()
            }


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"\0" * 257 + b"ustar"]),
)
def test_any_octets_are_refused(noise: bytes, start: bytes) -> None:
    assert refused(start + noise) in CODES


def test_folder_is_the_same_tree(tmp_path: Path) -> None:
    for name, content in TREE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_bytes(b"ref: x")
    bundle = read_source(tmp_path, Report())
    assert bundle is not None and dict(bundle.files) == TREE and bundle.kind == "folder"


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda folder: (folder / "link").symlink_to("/"), "A7-B017"),
        (lambda folder: os.mkfifo(folder / "pipe"), "A7-B018"),
        (lambda folder: (folder / "a.txt").unlink(), "A7-B002"),
        (lambda folder: (folder / "A.txt").write_bytes(b""), "A7-B016"),
        (lambda folder: (folder / "a\nb").write_bytes(b""), "A7-B014"),
        (lambda folder: (folder / "big").write_bytes(b"x" * 2000), "A7-B005"),
    ],
)
def test_odd_folders(tmp_path: Path, build: Callable[[Path], None], code: str) -> None:
    (tmp_path / "a.txt").write_bytes(b"1")
    build(tmp_path)
    report = Report()
    assert read_folder(tmp_path, report, limits=Limits(member_octets=1000)) is None
    assert [found.code for found in report.diagnostics] == [code]


def odd_source(folder: Path, kind: str) -> str:
    path = folder / kind
    if kind == "link":
        path.symlink_to(folder)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "nul":
        return f"{path}\0"
    elif kind == "device":
        return os.devnull
    return str(path)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("absent", "A7-B030"),
        ("nul", "A7-B030"),
        ("link", "A7-B031"),
        ("fifo", "A7-B031"),
        ("device", "A7-B031"),
        ("empty", "A7-B032"),
    ],
)
def test_odd_sources(tmp_path: Path, kind: str, code: str) -> None:
    report = Report()
    assert read_source(odd_source(tmp_path, kind), report) is None
    assert [found.code for found in report.diagnostics] == [code]


def test_read_file_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert read_file(path, Report(), most=5) == b"12345"
    report = Report()
    assert read_file(path, report, most=4) is None
    assert report.diagnostics[0].code == "A7-B023"
    report = Report()
    assert read_file(tmp_path, report) is None
    assert report.diagnostics[0].code == "A7-B031"


def test_a_file_that_changes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    real = folder_reader._read_up_to

    def slow_reading(descriptor: int, most: int) -> bytes:
        content = real(descriptor, most)
        path.write_bytes(b"other content")
        return content

    monkeypatch.setattr(folder_reader, "_read_up_to", slow_reading)
    report = Report()
    assert read_source(tmp_path, report) is None
    assert [found.code for found in report.diagnostics] == ["A7-B033"]
