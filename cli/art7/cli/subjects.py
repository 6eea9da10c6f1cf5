"""What `art7 explain` knows beside codes and fields: duties, words of verdicts, refusals, requirements of the catalogue."""

from __future__ import annotations

import re

from art7.cli.codes import CodePage
from art7.grammar.diagnostics import Report
from art7.grammar.ir.errors import BUILTIN_ERRORS
from art7.grammar.ir.module import Module
from art7.grammar.ir.plan import Requirement

_REQUIREMENT = re.compile(r"[A-Z][A-Z0-9]*(-[A-Za-z0-9.]+)+")
_CHECKS = {"S": "by rules, from the text", "M": "by running the offer", "X": "by a person"}


def find_subject(what: str) -> CodePage | None:
    """Return the page of a duty, a word of a verdict, a builtin refusal or a requirement of the catalogue."""
    return _duty(what.upper()) or _word(what.lower()) or _refusal(what.lower()) or _requirement(what.upper())


def subject_names() -> list[str]:
    """Name the duties, the words of verdicts and the builtin refusals."""
    from art7.validator.law import load_law

    law = load_law()
    return [*law.obligations, *law.verdicts, *BUILTIN_ERRORS]


def _duty(name: str) -> CodePage | None:
    from art7.validator.law import load_law

    duty = load_law().obligations.get(name)
    if duty is None:
        return None
    shown = [f"Shown by: {duty.evidence}"] if duty.evidence else []
    checked = "; ".join(_CHECKS[letter] for letter in duty.check)
    judged = [f"Left to a person: {duty.judge}"] if duty.judge else []
    stated = [f"The manifest states: {', '.join(duty.states)}"] if duty.states else []
    return CodePage(name, duty.title, (*shown, f"Checked: {checked}", *stated, *judged), clause=duty.clause)


def _word(name: str) -> CodePage | None:
    from art7.validator.law import load_law

    word = load_law().verdicts.get(name)
    return None if word is None else CodePage(name, "a verdict on a duty", (word.meaning,))


def _refusal(name: str) -> CodePage | None:
    if name not in BUILTIN_ERRORS:
        return None
    number, meaning = BUILTIN_ERRORS[name]
    why = "A refusal that every codec can give. Where a specification has a sentence for it, the refusal names that too."
    return CodePage(name, f"error {number}: {meaning}", (why,))


def _requirement(name: str) -> CodePage | None:
    """Look for a requirement in the catalogue; only modules that spell it are loaded."""
    if not _REQUIREMENT.fullmatch(name):
        return None
    from art7.grammar.catalogue import catalogue_modules, catalogue_text
    from art7.grammar.load import load_sources

    for module in catalogue_modules():
        text = catalogue_text(module)
        if text is None or name.encode() not in text[1].upper():
            continue
        loaded = load_sources(dict([text]), Report()).modules.get(module)
        found = [] if loaded is None else [one for one in _requirements(loaded) if one.id.upper() == name]
        if found:
            return _page(module, found[0])
    return None


def _requirements(module: Module) -> list[Requirement]:
    found = [*module.requirements]
    for record in module.records:
        found += record.requirements
    for schedule in module.schedules:
        found += schedule.requirements
    for protocol in module.protocols:
        found += protocol.requirements
    return found


def _page(module: str, requirement: Requirement) -> CodePage:
    place = f"{requirement.level}, in {module} ({requirement.span})"
    error = [f"Whoever breaks it is refused with `{requirement.error}`."] if requirement.error else []
    by_person = requirement.manual and not requirement.error
    manual = ["Octets cannot show it: a row of the conformance statement."] if by_person else []
    title = requirement.text or "a requirement without a sentence of its own"
    return CodePage(
        requirement.id, title, (place, *error, *manual), clause=", ".join(requirement.refs) or None
    )
