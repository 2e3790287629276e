"""How answers are shown: tables, words, code."""
