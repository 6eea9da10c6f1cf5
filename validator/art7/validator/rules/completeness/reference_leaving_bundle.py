"""Rule `reference_leaving_bundle`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.phrases import normative_links, public_document
from art7.validator.rule import Finding, rule


@rule("A7-V104", clause="DMA Art. 7(4)", obligation=("O-02", "O-20"), finding=("F-01", "F-02"))
def reference_leaving_bundle(offer: Offer) -> Iterator[Finding]:
    """A normative reference leads out of the bundle to something that is not a public standard.

    Why: what an implementer must follow has to be in the bundle or in a standard that everybody can read.
    Bad:
        --- docs/terms.md
        Stanzas must be built as specified in https://partners.example/stanzas.
    Good:
        --- docs/terms.md
        Stanzas must be built as specified in https://www.rfc-editor.org/rfc/rfc6120.
    """
    for line in offer.prose:
        for start, end, host in normative_links(line.text):
            yield Finding(
                f"normative reference to `{host}`, which is neither in the bundle nor a public standard",
                line.span(start, end),
                help="put the document into `docs/` and refer to it there",
            )
    documents = {file.rpartition("/")[2].rpartition(".")[0].lower() for file in offer.texts}
    standards = {component.standard.replace(" ", "").lower() for component in offer.manifest.component}
    for name, reference, span in offer.declarations.references():
        document = reference.partition("#")[0]
        if not public_document(document) and document.lower() not in documents | standards:
            yield Finding(
                f"`{name}` refers to `{document}`, which is neither in the bundle nor a public standard",
                span,
                help=f"add `docs/{document}.md`, or state the content in the module",
            )
