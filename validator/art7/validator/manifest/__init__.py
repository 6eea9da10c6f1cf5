"""The manifest of an offer (`offer.toml`) as one model; reading it gives values and places."""

from art7.validator.manifest.root import Manifest

__all__ = ["Manifest"]
