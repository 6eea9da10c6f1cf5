"""The version of art7. The packaging reads it from here, and starting a program does not need package metadata."""

__version__ = "0.1.0"
