"""`art7 sign`: an offer as a signed bundle: its file list, and a DSSE envelope with an in-toto statement about it."""

from __future__ import annotations

import json
from datetime import date, datetime

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode
from art7.cli.findings import print_report
from art7.cli.offers import may_go_on, read_for_rules
from art7.cli.output import shown, write_file
from art7.cli.terminal import say
from art7.cli.trust import read_key
from art7.grammar.diagnostics import Report


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Sign an offer with an Ed25519 key: a bundle with an in-toto statement about every file.",
    epilog="Examples: openssl genpkey -algorithm ed25519 -out key.pem; art7 sign my-offer --key key.pem -o offer.zip; "
    "art7 sign offer.zip --key second.pem -o twice.zip.",
)
@click.argument("offer", type=click.Path())
@click.option("--key", required=True, metavar="FILE", help="The private key, in PEM.")
@click.option("--password-file", metavar="FILE", help="The file whose first line unlocks the key.")
@click.option(
    "--chain", metavar="FILE", help="Certificates of the key in PEM, its own first, to go into the bundle."
)
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which the statement holds."
)
@click.option("-o", "--output", required=True, metavar="FILE", help="The bundle to write, a zip.")
@click.option("--despite", multiple=True, metavar="CODE", help="Sign although this finding is there.")
@click.option("--sandbox", is_flag=True, help="Take a key that is known to everybody: for tests alone.")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
@click.pass_obj
def command(
    settings: Settings,
    offer: str,
    key: str,
    password_file: str | None,
    chain: str | None,
    expires: datetime | None,
    output: str,
    despite: tuple[str, ...],
    sandbox: bool,
    force: bool,
    form: str,
) -> int:
    """Sign OFFER, a folder or an archive. The bundle gets its file list and an envelope in `signatures/`; signatures of
    others, of the same statement, stay. Same offer and key, same octets."""
    from art7.grammar.untrusted import write_archive
    from art7.validator.publishing.keys import Signer, name_of, read_certificates, read_signer
    from art7.validator.publishing.signing import sign_bundle

    report = Report()
    read = read_for_rules(offer, report)
    if read is None or not may_go_on(read, despite, report):
        return print_report(report, form, settings)
    pem, password = read_key(key, report), _password(password_file, report)
    signer: Signer | None = None if pem is None else read_signer(pem, password, key, report, sandbox=sandbox)
    certificates = read_key(chain, report) if chain is not None else b""
    if certificates:
        read_certificates(certificates, chain or "", report)
    if signer is None or certificates is None or report.has_errors:
        return print_report(report, form, settings)
    made = sign_bundle(read.bundle.files, signer, report, expires=_day(expires), chain=certificates)
    octets = None if made is None else write_archive(made, report)
    if made is None or octets is None:
        return print_report(report, form, settings)
    write_file(output, octets, force=force)
    _tell(made, output, name_of(signer.public), form)
    return ExitCode.CLEAN


def _tell(files: dict[str, bytes], output: str, name: str, form: str) -> None:
    envelopes = [path for path in files if path.startswith("signatures/") and path.endswith(".json")]
    if form == "json":
        say(
            json.dumps(
                {"bundle": output, "keyid": name, "files": len(files), "envelopes": envelopes}, indent=2
            )
        )
    else:
        say(
            f"{len(files)} files, {len(envelopes)} of them envelopes, in {shown(output)}; signed by {name[:16]}"
        )


def _password(path: str | None, report: Report) -> bytes | None:
    content = read_key(path, report) if path is not None else None
    return None if content is None else content.split(b"\n", 1)[0].rstrip(b"\r")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
