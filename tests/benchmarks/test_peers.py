"""Goals beside peers, and results read into the table; no peer and no bench folder is needed."""

from __future__ import annotations

import json

import pytest
from benchmarks import peers, peers_measure, peers_profile, peers_setup
from benchmarks.peers import GOALS, HERE, PEERS, PURE, V8, Results

AIORTC = next(goal for goal in GOALS if goal.peer == "aiortc" and goal.verb == "encode")


def written(workload: str, verb: str, times: dict[str, list[float]], **more: object) -> str:
    return json.dumps({"groups": [{"workload": workload, "verb": verb, "times": times}], **more})


def test_every_goal_names_a_peer_and_a_factor() -> None:
    assert {goal.peer for goal in GOALS} == set(PEERS)
    assert {goal.number for goal in GOALS} == {2, 3, 4, 5, 6, 7, 8}
    assert all(goal.wanted > 0 and goal.ours.startswith(peers.OURS) for goal in GOALS)
    assert len({(goal.workload, goal.verb, goal.peer, goal.ours) for goal in GOALS}) == len(GOALS)


def test_what_peers_need_is_set_up() -> None:
    needed = {package for peer in PEERS.values() for package in peer.packages}
    assert needed <= {*peers_setup.PIP, *peers_setup.NPM, peers.CBOR2_PURE}


def test_factor_is_the_median_of_the_rounds_own_ratios() -> None:
    results = Results()
    times = {"art7": [100.0, 10.0, 100.0], "aiortc (typed ext)": [200.0, 30.0, 400.0]}
    results.add(written("rtp", "encode", times))
    assert results.factor(AIORTC) == 3.0


@pytest.mark.parametrize(("theirs", "word"), [(2.29, "missed"), (2.3, "reached")])
def test_a_goal_is_reached_from_its_factor_on(theirs: float, word: str) -> None:
    results = Results()
    results.add(written("rtp", "encode", {"art7": [1.0], "aiortc (typed ext)": [theirs]}))
    assert f" {word} " in peers.table(results, (AIORTC,))[1]
    assert peers.verdicts(results, (AIORTC,))[word] == [AIORTC]


def test_the_table_has_codecs_by_hand_beside() -> None:
    results = Results()
    labels = {
        "art7": [4.0],
        "aiortc (typed ext)": [12.0],
        "by hand: art7": [3.0],
        "limit: pure Python": [2.0],
    }
    results.add(written("rtp", "encode", labels))
    assert peers.table(results, (AIORTC,))[1].split()[5:9] == ["3.00", "reached", "4.00", "6.00"]


def test_labels_that_only_begin_alike_are_other_peers() -> None:
    goal = next(goal for goal in GOALS if goal.peer == "jsonschema")
    results = Results()
    results.add(written("matrix", "decode", {"art7": [1.0], "json.loads + jsonschema-rs": [9.0]}))
    assert results.factor(goal) is None


def test_variants_of_google_protobuf_are_kept_apart() -> None:
    upb = {"google protobuf 9 (upb)": [1.0], "google protobuf 9 (upb) +read": [8.0]}
    results = Results()
    results.add(written("protobuf", "decode", {**upb, "art7": [3.0], "art7, compiled": [2.0]}))
    pure = {"google protobuf 9 (python)": [60.0], "art7": [6.0]}
    results.add(written("protobuf", "decode", pure), PURE)
    decoding = [goal for goal in GOALS if goal.workload == "protobuf" and goal.verb == "decode"]
    factors = {goal.peer: results.factor(goal) for goal in decoding}
    assert factors == {"google pure Python": 10.0, "betterproto2": None, "upb, fields read": 4.0}


def test_the_figure_of_v8_stands_beside_our_least_round() -> None:
    results = Results()
    results.add(
        peers_measure.from_v8("ts-mls mls_key_package.bin: decode 30.00 us, encode 4.50 us\nother\n"), V8
    )
    results.add(written("mls.key_package", "decode", {"art7": [2500.0, 3000.0, 2000.0]}), HERE)
    goal = next(goal for goal in GOALS if goal.peer == "ts-mls")
    assert results.factor(goal) == 15.0


def test_a_peer_that_is_missing_is_named_with_the_reason() -> None:
    results = Results(missing={"aioice": "No matching distribution found"})
    results.add(written("stun", "decode", {"art7": [1.0]}, missing={"rtp: aiortc": "ImportError: no codec"}))
    stun = next(goal for goal in GOALS if goal.peer == "aioice")
    assert peers.table(results, (stun,))[1].endswith(
        "no figure        -        -  aioice: No matching distribution found"
    )
    assert peers.table(results, (AIORTC,))[1].endswith("rtp: aiortc: ImportError: no codec")


def test_nothing_measured_is_a_table_of_reasons() -> None:
    results = Results()
    results.add("")
    assert f"0 reached, 0 missed, {len(GOALS)} no figure" in peers.report(results)


def test_a_missed_goal_says_where_the_time_goes() -> None:
    results = Results()
    profile = {"workload": "rtp", "verb": "encode", "ours": "art7", "lines": ["303 bytecodes a message"]}
    times = {"art7": [2.0], "aiortc (typed ext)": [2.0], "by hand: art7": [1.9]}
    results.add(written("rtp", "encode", times, profiles=[profile]))
    text = peers.report(results)
    assert "where the time of art7 goes in rtp encode:\n  303 bytecodes a message" in text
    assert "1 of the missed are missed by hand with our checks too" in text


def test_cases_of_the_bench_folder_are_taken_with_ours() -> None:
    collector = peers_measure.Collector({"echo": [("art7", bytes, bytes)]}, {})

    def absent() -> object:
        raise ImportError("no module named echo")

    def present() -> object:
        return [("peer", bytes, bytes, None, len), ("reader", bytes, None, None, None)]

    cases = collector.peers_of(present, absent)
    collector.codec_groups("echo", b"octets", cases, check="exact")
    assert list(collector.groups["echo", "decode"].cases) == ["peer", "peer +read", "reader", "art7"]
    assert list(collector.groups["echo", "encode"].cases) == ["peer", "art7"]
    assert collector.missing == {"echo: absent": "ImportError: no module named echo"}


def test_a_peer_that_fails_at_the_work_is_named() -> None:
    collector = peers_measure.Collector({}, {})
    collector.codec_groups("echo", b"octets", [("peer", int, None, None, None)])
    assert collector.missing["echo: peer"].startswith("ValueError")


def test_measured_results_are_what_the_table_reads(capsys: pytest.CaptureFixture[str]) -> None:
    collector = peers_measure.Collector({"rtp": [("art7", bytes, bytes)]}, {})
    collector.codec_groups("rtp", b"octets", [("aiortc (typed ext)", bytes, bytes, None, None)])
    results = Results()
    results.add(json.dumps(peers_measure.measure(collector, rounds=3)))
    assert (results.factor(AIORTC) or 0) > 0
    assert results.profiles["rtp", "encode", "art7"]
    assert "rtp encode (us)" in capsys.readouterr().err


def test_bytecodes_are_counted_by_line_and_the_same_each_time() -> None:
    def total(count: int) -> int:
        found = 0
        for number in range(count):
            found += number
        return found

    few, more, most = (peers_profile.steps(total, count) for count in (10, 20, 30))
    assert peers_profile.steps(total, 10) == few
    assert sum(most.values()) - sum(more.values()) == sum(more.values()) - sum(few.values()) > 0
    assert {code.co_name for code, _ in few} == {"total"}


def test_versions_are_those_of_the_bench_folder(tmp_path: peers.Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# peers\naiortc==1.2\nBetterproto2_compiler==3\ncachetools\n", encoding="utf-8")
    pins = peers_setup._pinned(("aiortc", "betterproto2_compiler", "cachetools", "dpkt"), file)
    assert list(pins.values()) == ["aiortc==1.2", "Betterproto2_compiler==3", "cachetools", "dpkt"]


def test_only_what_failed_is_installed_again(tmp_path: peers.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def pip(*what: str) -> str:
        asked.append(what)
        return "no such package" if "dpkt" in what else ""

    monkeypatch.setattr(peers_setup, "CACHE", tmp_path)
    monkeypatch.setattr(peers_setup, "PIP", ("aiortc", "dpkt"))
    monkeypatch.setattr(peers_setup, "BENCH", tmp_path)
    monkeypatch.setattr(peers_setup, "_pip", pip)
    assert peers_setup._install_python() == {"dpkt": "no such package"}
    assert asked == [("aiortc", "dpkt"), ("aiortc",), ("dpkt",)]
    assert peers_setup._install_python() == {"dpkt": "no such package"}
    assert asked[3:] == [("dpkt",)]
