"""Two manifests compared statement by statement: rows of lists by what names them, the rest by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from art7.grammar.diagnostics import NOWHERE, Span
from art7.prover.changes import weaker
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Level
from art7.validator.manifest.base import MILLISECONDS, milliseconds
from art7.validator.offer import Offer

Path = tuple[str | int, ...]
Side = tuple[Any, Path] | None
"""A value of one manifest and where it stands there."""

_ABSENT = object()
_NAMING = (
    "point id property aspect catalogue module standard field observed identity subject kind version option content what name "
    "file path reference"
).split()
_PROSE = frozenset(
    (
        "text",
        "title",
        "note",
        "description",
        "reason",
        "why",
        "summary",
        "necessity",
        "proportionality",
        "criteria",
    )
)
_EDITION = ("offer", "change_log", "example", "format")


def compare_manifests(old: Offer, new: Offer) -> list[Change]:
    """Return what changed in the manifest: obligations, but for prose and the facts of the edition itself."""
    before, after = old.manifest.model_dump(mode="python"), new.manifest.model_dump(mode="python")
    return list(_values(_Pair(old, new), (before, ()), (after, ()), ()))


class _Pair:
    """Both offers, for places."""

    def __init__(self, old: Offer, new: Offer) -> None:
        self.offers = old, new

    def spans(self, old: Side, new: Side) -> tuple[Span, Span]:
        """The places of a statement in both."""
        return (
            self.offers[0].at(*old[1]) if old is not None and old[1] else NOWHERE,
            self.offers[1].at(*new[1]) if new is not None and new[1] else NOWHERE,
        )


def _values(pair: _Pair, old: Side, new: Side, path: tuple[str, ...]) -> Iterator[Change]:
    before, after = _value(old), _value(new)
    if before == after or (_is_empty(before) and _is_empty(after)):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _values(pair, _below(old, key), _below(new, key), (*path, str(key)))
    elif _is_rows(before) or _is_rows(after):
        yield from _rows(pair, old, new, path)
    else:
        yield _change(pair, old, new, path)


def _value(side: Side) -> Any:
    return _ABSENT if side is None else side[0]


def _is_empty(value: Any) -> bool:
    return value is _ABSENT or value is None or value in ((), [], {}, "")


def _below(side: Side, key: Any) -> Side:
    if side is None or not isinstance(side[0], dict) or key not in side[0]:
        return None
    return side[0][key], (*side[1], key)


def _is_rows(value: Any) -> bool:
    return isinstance(value, tuple | list) and bool(value) and all(isinstance(row, dict) for row in value)


def _rows(pair: _Pair, old: Side, new: Side, path: tuple[str, ...]) -> Iterator[Change]:
    before, after = _named(old), _named(new)
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key), after.get(key)
        where = (*path[:-1], f"{path[-1]}[{key}]")
        if one is None or other is None:
            yield _row(pair, one, other, where)
        else:
            yield from _values(pair, one, other, where)


def _named(side: Side) -> dict[str, tuple[Any, Path]]:
    """Rows by what names them; one that has the name of another by its place too."""
    found: dict[str, tuple[Any, Path]] = {}
    if side is None or not isinstance(side[0], tuple | list):
        return found
    for n, row in enumerate(side[0]):
        key = next((str(row[name]) for name in _NAMING if row.get(name) is not None), str(n))
        found[key if key not in found else f"{key}#{n}"] = (row, (*side[1], n))
    return found


def _row(pair: _Pair, old: Side, new: Side, path: tuple[str, ...]) -> Change:
    word = "new" if old is None else "gone"
    change = Change(_level(path), ".".join(path), f"is {word}", *pair.spans(old, new))
    row = _value(new if old is None else old)
    if word == "gone" and path[0].startswith("function[") and len(path) == 1 and row.get("interoperable"):
        change.certain, change.says = (OLD_TO_NEW,), "the function is gone"
    if word == "gone" and path[0].startswith("component["):
        change.certain = (OLD_TO_NEW, NEW_TO_OLD)
    return change


def _change(pair: _Pair, old: Side, new: Side, path: tuple[str, ...]) -> Change:
    before, after = _value(old), _value(new)
    change = Change(
        _level(path), ".".join(path), f"is {_shown(after)}, was {_shown(before)}", *pair.spans(old, new)
    )
    if path[0].startswith("function[") and path[-1] == "interoperable" and before is True:
        change.certain = (OLD_TO_NEW,)
    if path[0].startswith("function[") and "provides" in path and not _is_empty(before):
        change.certain = (OLD_TO_NEW, NEW_TO_OLD)
    if path[0].startswith("component[") and path[-1] in ("profile", "cipher_suites", "catalogue"):
        lost = (
            before if not isinstance(before, tuple | list) else [x for x in before if x not in (after or ())]
        )
        change.certain = (OLD_TO_NEW,) if lost else ()
    change.weakens = _weaker(path, before, after)
    return change


def _level(path: tuple[str, ...]) -> Level:
    return Level.TEXT if path[0].partition("[")[0] in _EDITION or path[-1] in _PROSE else Level.OBLIGATION


def _weaker(path: tuple[str, ...], before: Any, after: Any) -> str:
    """Return what is promised less: security properties, algorithms, notice, how long data is kept."""
    head, last = path[0], path[-1]
    lists = [set(map(str, value)) if isinstance(value, tuple | list) else set() for value in (before, after)]
    gone, come = sorted(lists[0] - lists[1]), sorted(lists[1] - lists[0])
    if head == "security" and last in ("own", "interoperable") and gone:
        return f"`{gone[0]}` is no longer promised"
    if head == "security" and last == "plaintext_roles" and come:
        return f"plaintext exists at `{come[0]}` too"
    if (
        head == "security"
        and "verification" in path
        and not _is_empty(before)
        and (_is_empty(after) or last == "verified_by" and gone)
    ):
        return "the binding of identity and key is verified by fewer"
    if weaker.ALGORITHMS.search(last):
        weak = [name for name in come if weaker.is_weak(name)] + (
            [str(after)] if isinstance(after, str) and weaker.is_weak(after) else []
        )
        strong = [name for name in gone if not weaker.is_weak(name)]
        if weak or (strong and not come):
            return f"`{weak[0]}` protects little" if weak else f"`{strong[0]}` is no longer in the list"
    if path[:1] == ("terms",) and last in ("change_notice", "support_window") and _shorter(before, after):
        return f"`{last}` is shorter"
    if last == "retention" and _shorter(after, before):
        return "personal data is kept longer"
    return ""


def _shorter(before: Any, after: Any) -> bool:
    if not isinstance(before, str) or not before.endswith(tuple(MILLISECONDS)):
        return False
    return not isinstance(after, str) or milliseconds(after) < milliseconds(before)


def _shown(value: Any) -> str:
    if _is_empty(value):
        return "not stated"
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return f"`{text if len(text) <= 80 else text[:79] + '…'}`"
