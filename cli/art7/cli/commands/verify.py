"""`art7 verify`: whether a bundle is what trusted keys signed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.terminal import escaped, say
from art7.cli.trust import certified_keys, trusted_keys
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.validator.publishing.signing import Verified


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Verify that a bundle is what trusted keys signed, file by file.",
    epilog="Examples: art7 verify offer.zip --key gatekeeper.pem; art7 verify offer.zip --trust roots.pem --on 2026-11-23; "
    "art7 verify offer.zip --key one.pem --key two.pem --threshold 2.",
)
@click.argument("bundle", type=click.Path())
@click.option("--key", "keys", multiple=True, metavar="FILE", help="A public key that is trusted, in PEM.")
@click.option(
    "--trust",
    multiple=True,
    metavar="FILE",
    help="Certificates, in PEM, that chains of signers must lead to.",
)
@click.option(
    "--threshold", type=click.IntRange(1, 32), default=1, help="How many trusted keys must have signed."
)
@click.option("--revoked", multiple=True, metavar="FILE", help="A public key, in PEM, that no longer counts.")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day of judgement; else today (UTC)."
)
@click.option("--sandbox", is_flag=True, help="Take keys that are known to everybody: for tests alone.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the result."
)
@click.pass_obj
def command(
    settings: Settings,
    bundle: str,
    keys: tuple[str, ...],
    trust: tuple[str, ...],
    threshold: int,
    revoked: tuple[str, ...],
    day: datetime | None,
    sandbox: bool,
    form: str,
) -> int:
    """Verify BUNDLE, a folder or an archive: that the keys named signed a statement about exactly its files.

    What a bundle says of its own keys decides nothing: name keys, or the certificates that they must come from. Nothing is
    written, nothing is fetched."""
    from art7.grammar.untrusted import read_source
    from art7.validator.publishing.signing import Trust, verify_bundle

    if not keys and not trust:
        raise Unusable("no key is trusted", "name one with --key, or certificates with --trust")
    report = Report()
    read = read_source(bundle, report)
    on = day.date() if day is not None else datetime.now(UTC).date()
    known = trusted_keys(keys, report, sandbox=sandbox)
    out = trusted_keys(revoked, report, sandbox=True)
    if read is None or report.has_errors:
        return print_report(report, form, settings)
    if trust:
        known += certified_keys(read.files, trust, on, report, sandbox=sandbox)
    verified = verify_bundle(read.files, Trust(known, on, threshold, out), report)
    if verified is None or report.has_errors:
        return print_report(report, form, settings)
    say(_as_json(verified, on) if form == "json" else _as_text(verified, on))
    return ExitCode.CLEAN


def _as_json(verified: Verified, on: date) -> str:
    said = verified.statement
    made = {
        "offer": said.offer,
        "version": said.version,
        "published": said.published,
        "expires": said.expires,
        "on": on.isoformat(),
        "files": dict(said.files),
        "signers": [{"keyid": each.name, "from": each.origin} for each in verified.signers],
        "others": list(verified.strangers),
    }
    return json.dumps(made, indent=2)


def _as_text(verified: Verified, on: date) -> str:
    said = verified.statement
    published = f", of {said.published}" if said.published else ""
    lines = [
        escaped(f"verified: offer {said.offer} {said.version}{published}, {len(said.files)} files, on {on}")
    ]
    lines += [f"  signed by {each.name[:16]} ({escaped(each.origin)})" for each in verified.signers]
    lines += [f"  not counted: a signature of {escaped(each[:64])}" for each in verified.strangers]
    if said.expires:
        lines.append(f"  holds until {said.expires}")
    return "\n".join(lines)
