"""Meaning to text: Python SDK, vectors, schemas, pages."""
