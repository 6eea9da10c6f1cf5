"""Files, `use`, the catalogue and the cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_paths, load_sources


def text(name: str, body: str = "") -> str:
    return f"a7 1\nmodule {name} version 1.0\n{body}\n"


def load(sources: dict[str, str | bytes], *, catalogue: bool = False) -> tuple[Specification, list[str]]:
    report = Report()
    found = load_sources(sources, report, catalogue=catalogue)
    return found, [x.code for x in report.diagnostics]


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ART7_NO_CACHE", "1")


def test_modules_in_use_come_before_their_users() -> None:
    found, codes = load(
        {
            "b.a7": text("b", "use a\nstruct B as binary { x: a.A }"),
            "a.a7": text("a", "struct A as binary { x: u8 }"),
        }
    )
    assert codes == []
    assert list(found.modules) == ["a", "b"]
    assert found.modules["b"].uses == ("a",)
    assert found.record("b.B").slots[0].shape.name == "a.A"  # type: ignore[union-attr]


def test_an_alias_names_a_module() -> None:
    sources: dict[str, str | bytes] = {
        "one": text("x.a", "errors { odd = 200 } enum K: u8 open { m = 1 } const c: u8 = 7"),
        "two": text("b", "use x.a as q\nstruct B as binary { k: q.K check k == m or k == q.c else q.odd }"),
    }
    assert load(sources)[1] == []


def test_a_ring_of_modules_is_reported_and_the_rest_resolved() -> None:
    found, codes = load(
        {
            "a": text("a", "use b\nstruct A as binary { x: u8 }"),
            "b": text("b", "use a\nstruct B as binary { y: u8 }"),
        }
    )
    assert codes == ["A7-N032"]
    assert {r.name for m in found.modules.values() for r in m.records} == {"a.A", "b.B"}


def test_a_module_given_twice_is_reported() -> None:
    assert load({"one": text("a"), "two": text("a")})[1] == ["A7-N030"]


def test_two_modules_under_one_name_are_reported() -> None:
    sources: dict[str, str | bytes] = {
        "1": text("x.a"),
        "2": text("y.a"),
        "3": text("b", "use x.a\nuse y.a"),
    }
    assert load(sources)[1] == ["A7-N033"]


def test_an_unknown_module_is_reported_with_a_near_one() -> None:
    report = Report()
    load_sources({"a": text("a", "use ietf.stum")}, report)
    assert [x.code for x in report.diagnostics] == ["A7-N031"]
    assert report.diagnostics[0].help == "did you mean `ietf.stun`?"


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/b", "..", "ietf..stun", "ietf.stun\0", "C:.x", ""]
)
def test_a_name_that_is_a_path_reaches_no_file(name: str) -> None:
    assert catalogue_text(name) is None


@pytest.mark.parametrize("name", catalogue_modules())
def test_every_catalogue_module_is_found_by_its_name_and_has_no_finding(name: str) -> None:
    found, codes = load({"a": text("top", f"use {name}")}, catalogue=True)
    assert codes == []
    assert name in found.modules


def test_a_given_file_comes_before_the_catalogue() -> None:
    found, codes = load({"a": text("ietf.stun"), "b": text("b", "use ietf.stun")}, catalogue=True)
    assert codes == [] and found.modules["ietf.stun"].records == ()


def test_what_is_wrong_in_one_module_leaves_the_others() -> None:
    found, codes = load(
        {
            "a": text("a", "struct A as binary { x: Nothing } struct Good as binary { x: u8 }"),
            "b": text("b", "use a\nstruct B as binary { x: a.Good }"),
            "c": "not a module",
            "d": b"\xff\xfe\x00",
        }
    )
    assert "A7-N015" in codes
    assert {"a.A", "a.Good", "b.B"} <= {r.name for m in found.modules.values() for r in m.records}


def test_folders_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.a7").write_text(text("a", "struct A as binary { x: u8 }"))
    (tmp_path / "b.a7").write_text(text("b", "use a\nstruct B as binary { x: a.A }"))
    report = Report()
    found = load_paths([tmp_path], report, catalogue=False)
    assert not report.diagnostics and set(found.modules) == {"a", "b"}


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    report = Report()
    assert not load_paths([tmp_path / "no.a7"], report, catalogue=False).modules
    assert [x.code for x in report.diagnostics] == ["A7-P018"]


# ---- across modules ------------------------------------------------------------------------------------------


def test_generics_and_functions_keep_the_names_of_their_module() -> None:
    home = text(
        "home",
        "const limit_: u8 = 3 enum K: u8 open { one = 1 }\n"
        "function twice(n: u16) -> u16 = add(n, n) function add(a: u16, b: u16) -> u16 = a + b\n"
        "struct Box<A> as binary { k: K check k == one and k < limit_ inner: A }",
    )
    user = text("user", "use home\nstruct S as binary { b: home.Box<u16> n: u8 check home.twice(n) < 9 }")
    found, codes = load({"home": home, "user": user})
    assert codes == []
    assert [r.name for r in found.modules["user"].records] == ["home.Box<u16>", "user.S"]


def test_an_extended_enum_of_another_module_is_ones_own() -> None:
    home = text("home", "enum K: u8 open { one = 1 }")
    user = text("user", "use home\nextend home.K { two = 2 }\nstruct S as binary { k: K check k != two }")
    found, codes = load({"home": home, "user": user})
    assert codes == []
    assert [m.name for m in found.modules["user"].enums[0].members] == ["one", "two"]
    assert [m.name for m in found.modules["home"].enums[0].members] == ["one"]


def test_places_reach_through_modules() -> None:
    home = text(
        "home",
        "struct Item as binary { crc: u32 = crc32(octets_before(self, with: { length: 0 })) }",
    )
    user = text(
        "user",
        "use home\nmessage M as binary { limit size = 99 length: u16 = octets(items) items: home.Item[size length] }",
    )
    found, codes = load({"home": home, "user": user})
    assert codes == []
    assert found.record("home.Item").places[0].name == "length"


# ---- the cache -----------------------------------------------------------------------------------------------

SOURCES: dict[str, str | bytes] = {
    "a": text("a", "token T = 'x'{1,3} struct A as binary { x: u8 } struct G<B> as binary { x: B }"),
    "b": text("b", "use a\nstruct B as binary { x: a.A g: a.G<u8> } struct J as json { t: a.T }"),
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ART7_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "art7" / "modules"


def test_a_second_run_gives_the_same_without_parsing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, codes = load(SOURCES)
    assert codes == [] and len(list(cache.iterdir())) == 4

    def parse_nothing(*_: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr("art7.grammar.load.parse", parse_nothing)
    again, _ = load(SOURCES)
    assert again.modules == first.modules


def test_a_change_below_is_seen_above(cache: Path) -> None:
    load(SOURCES)
    changed = dict(SOURCES)
    changed["a"] = str(SOURCES["a"]).replace("struct A as binary { x: u8 }", "struct A as binary { y: u16 }")
    found, codes = load(changed)
    assert codes == [] and found.record("a.A").slots[0].name == "y"
    broken = dict(SOURCES)
    broken["a"] = str(SOURCES["a"]).replace("struct A", "struct Other")
    assert "A7-N015" in load(broken)[1]


def test_a_module_with_findings_is_not_kept(cache: Path) -> None:
    sources: dict[str, str | bytes] = {"a": text("a", "struct A as binary { x: Nothing }")}
    assert load(sources)[1] == ["A7-N015"]
    assert load(sources)[1] == ["A7-N015"]


def test_damaged_entries_are_read_anew(cache: Path) -> None:
    expected, _ = load(SOURCES)
    for number, entry in enumerate(sorted(cache.iterdir())):
        data = entry.read_bytes()
        entry.write_bytes([b"", data[:-1], b"\0" * len(data), data + b"x"][number % 4])
    found, codes = load(SOURCES)
    assert codes == [] and found.modules == expected.modules


def test_a_pickle_that_builds_something_else_is_refused(cache: Path) -> None:
    import hashlib
    import pickle

    load(SOURCES)

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(cache / "made"),)

    data = pickle.dumps(Evil())
    for entry in list(cache.iterdir()):
        entry.write_bytes(hashlib.sha256(data).digest() + data)
    assert load(SOURCES)[1] == []
    assert not (cache / "made").exists()


def test_a_folder_open_to_others_is_not_used(cache: Path) -> None:
    load(SOURCES)
    before = sorted(x.name for x in cache.iterdir())
    cache.chmod(0o777)
    load({"c": text("c")})
    assert sorted(x.name for x in cache.iterdir()) == before


def test_a_link_is_not_followed(cache: Path, tmp_path: Path) -> None:
    load(SOURCES)
    elsewhere = tmp_path / "elsewhere"
    cache.rename(elsewhere)
    cache.symlink_to(elsewhere)
    before = sorted(x.name for x in elsewhere.iterdir())
    assert load({"c": text("c")})[1] == []
    assert sorted(x.name for x in elsewhere.iterdir()) == before


def test_without_a_home_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ART7_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "below"))
    (tmp_path / "file").write_text("not a folder")
    assert load(SOURCES)[1] == []


def test_a_file_that_several_paths_lead_to_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.a7").write_text(text("a", "struct A as binary { x: u8 }"))
    (tmp_path / "other.a7").symlink_to(tmp_path / "in" / "a.a7")
    monkeypatch.chdir(tmp_path)
    report = Report()
    given = ["in/a.a7", "./in/../in/a.a7", str(tmp_path / "in" / "a.a7"), "in", "other.a7", "."]
    found = load_paths(given, report, catalogue=False)
    assert [x.code for x in report.diagnostics] == []
    assert [module.file for module in found.modules.values()] == ["in/a.a7"]


def test_two_files_with_the_same_text_are_two_modules_of_one_name(tmp_path: Path) -> None:
    for name in ("one.a7", "two.a7"):
        (tmp_path / name).write_text(text("a", "struct A as binary { x: u8 }"))
    report = Report()
    load_paths([tmp_path], report, catalogue=False)
    assert [x.code for x in report.diagnostics] == ["A7-N030"]
