"""Referees of the `interp` wing: counting lower bounds, tiny classes, exact networks."""
