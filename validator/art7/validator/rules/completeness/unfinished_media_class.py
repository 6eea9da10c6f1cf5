"""Rule `unfinished_media_class`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V107", clause="DMA Art. 7(2)(a)(ii)", obligation=(), defeats=False)
def unfinished_media_class(offer: Offer) -> Iterator[Finding]:
    """A class of media lacks its types, size, upload, download, encryption or expiry.

    Why: each of them is needed to hand a file from one service to the other.
    Bad:
        [[function]]
        point = "7(2)(a)(ii)"
        media = [{ content = "video", expiry = "(absent)" }]
    Good:
        [[function]]
        point = "7(2)(a)(ii)"
        media = [{ content = "video", expiry = "30d" }]
    """
    for n, function in offer.interoperable():
        for m, media in enumerate(function.media):
            wanted = ["types", "max_octets", "upload", "download", "encryption", "expiry"]
            if media.content in ("voice_message", "video"):
                wanted.append("codecs")
            if missing := [name for name in wanted if not getattr(media, name)]:
                yield Finding(
                    f"media of class `{media.content}` lacks {', '.join(missing)}",
                    offer.at("function", n, "media", m),
                    help="state it, or name the declaration that does",
                    obligations=offer.obligations_of(function.point, media.content),
                )
