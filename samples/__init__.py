"""Slips with known truth: filled, signed and scanned by a program of our own, without asking the reader."""
