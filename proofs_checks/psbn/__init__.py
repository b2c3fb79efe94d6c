"""Referees of the `psbn` wing: sign changes, collapse times, tail exponents, Samuelson's inequality."""
