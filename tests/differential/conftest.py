"""Every test below runs on each execution of the catalogue; see `tests/support/catalogue_codec.py`."""

from catalogue_codec import codec, extra_modules, made_codecs

__all__ = ["codec", "extra_modules", "made_codecs"]
