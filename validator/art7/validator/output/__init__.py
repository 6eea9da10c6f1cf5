"""Assessments as text, JSON and HTML. All three show the same view; none decides anything."""
