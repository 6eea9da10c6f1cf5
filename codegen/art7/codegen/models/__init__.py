"""Models for outside audit: schedules and scenarios as text of Verifpal and ProVerif, and who can read what as a table."""
