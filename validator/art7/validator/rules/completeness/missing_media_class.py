"""Rule `missing_media_class`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V106", clause="DMA Art. 7(2)(a)(ii)", obligation=())
def missing_media_class(offer: Offer) -> Iterator[Finding]:
    """A function for media leaves out a class of content that the law names.

    Why: images, voice messages, videos and other files are each owed if own users have them.
    Bad:
        [[function]]
        point = "7(2)(a)(ii)"
        media = [{ content = "video", absent = true }]
    Good:
        [[function]]
        point = "7(2)(a)(ii)"
        media = [{ content = "video", types = ["video/mp4"] }]
    """
    given: dict[str, set[str]] = {}
    for _, function in offer.interoperable():
        given.setdefault(function.point, set()).update(media.content for media in function.media)
    for n, function in offer.interoperable():
        owed = offer.law.functions.get(function.point)
        classes = set(owed.content) & {"image", "voice_message", "video", "file"} if owed else set[str]()
        for content in sorted(classes - given.pop(function.point, classes)):
            yield Finding(
                f"function {function.point} has no media of class `{content}`",
                offer.at("function", n),
                help=f'add {{ content = "{content}", … }} to its `media`',
                obligations=offer.obligations_of(function.point, content),
            )
