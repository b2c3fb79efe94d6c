"""Claims of the `interp` wing: lower and upper bounds on interpolation by deep ReLU networks."""
