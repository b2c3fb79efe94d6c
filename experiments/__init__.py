"""The runs: ``python -m experiments.NAME``."""
