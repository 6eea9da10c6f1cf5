"""SRTP and SRTCP: packets protected and opened."""
