"""The example of the page about sessions runs as it stands."""

from __future__ import annotations

import re

from corpus import REPOSITORY


def test_the_example_runs() -> None:
    page = (REPOSITORY / "site" / "docs" / "sessions.md").read_text(encoding="utf-8")
    section = page.partition("\n## Objects that are signed\n")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    exec(compile(found[1], "sessions.md", "exec"), {})
