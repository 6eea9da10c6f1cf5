"""Every test below runs on each execution of the catalogue, see `tests/support/catalogue_codec.py`, and holds it to bounds."""

import gc

import pytest

from catalogue_codec import codec, extra_modules, made_codecs

__all__ = ["codec", "extra_modules", "made_codecs"]


@pytest.fixture(autouse=True)
def alone() -> None:
    """What other tests have left in memory is not walked through by a collection while verdicts are timed."""
    gc.collect()
    gc.freeze()
