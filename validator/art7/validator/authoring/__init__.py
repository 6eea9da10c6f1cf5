"""The beginning of an offer: a few questions, and from their answers a manifest and a module to go on from.

    questions   what is asked, and what an answer may be
    skeleton    the files that follow from the answers

A skeleton states what was answered and nothing else. What is missing is told by `art7 validate`, clause by clause.
"""
