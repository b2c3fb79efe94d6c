r"""Claims of the `psbn` wing: how batch normalisation increases collapsed filters (arXiv 2001.11216).

Only the abstract and the opening of the paper could be read. `P1`-`P7` are what they assert; `D1`,
`T1`-`T12` (with `T2f`, `T7b`, `T7c`) are a self-contained theory, derived for this project, that makes
the assertions exact; `X1`-`X8` say where the literal claim "probability proportional to LR^2 and to
1/scale^2" fails. No derived statement is a theorem of the paper, and no accuracy of the paper is quoted.

Notation. One channel, a batch of n values, xhat normalised; z = gamma xhat + beta, y = f(z), f the leaky
ReLU of slope a (a = 0: ReLU); r = beta / |gamma| the *ratio*; w = f'(z); g_i = n dL/dy_i, so that the
gradients are G_beta = mean(g w), G_gamma = mean(g w xhat); eta learning rate; kappa = eta^2 s^2 /
(n gamma^2).
(G): xhat is standard normal, independent. (N), "pure noise": g_i independent of xhat, of each other and of
the parameters, mean 0, variance s^2. gamma > 0 unless said otherwise.
"""
