"""The example on the page about sessions is a group that works."""

from __future__ import annotations

import re

from corpus import REPOSITORY


def test_the_example_runs() -> None:
    page = (REPOSITORY / "site" / "docs" / "sessions.md").read_text(encoding="utf-8")
    found = re.search(r"^## MLS groups$.*?^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert found is not None
    names: dict[str, object] = {}
    exec(compile(found[1], "sessions.md", "exec"), names)
    assert names["group"].epoch == names["his"].epoch + 1 == 2  # type: ignore[attr-defined]
