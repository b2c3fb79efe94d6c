r"""Claims of the `spgan` wing: structure-preserving GANs (Birrell et al., ICML 2022, arXiv 2202.01129).

The abstract, the opening and the whole released code could be read, the body of the paper could not. So no
theorem number of the paper is quoted: `L1`-`T8` are its theorems as recalled, with full hypotheses, and
re-derived here; what follows from them is ours. An id without a letter is the first or the main part.
`X1`-`X10` say where the released code leaves the theory, and which tempting neighbours of the theorems are
false; `E1`-`E3` are reports of training; `F1`, `F2` are abstracts of later papers.

Notation. Sigma acts on X from the left, x -> T_s x; (S g)(x) = mean_s g(T_s x), S P = mean_s (T_s)_# P; K_x
is the law of T_s x; M_Sigma the invariant sets. Gamma is a class of discriminators, (C) means S[Gamma] subset
Gamma. Q (data) takes the linear term and P takes f*: D_f^Gamma(Q||P) = sup_g E_Q g - inf_nu (nu + E_P f*(g -
nu)).
"""
