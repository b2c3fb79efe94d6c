"""Referees of the `spgan` wing: transport, its reduction and quotient, divergences, kernels."""
