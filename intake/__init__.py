"""Reads returned slips: pages in, decisions with their evidence out."""
