"""The rule for windows against counting: is the set of windows its own mirror image?"""

from __future__ import annotations

import pytest
import torch

from constructions.spgan.image_groups import C1, C2, D1
from constructions.spgan.sizes import check_channels, check_windows


def allowed(group, shape, window, padding):
    try:
        check_windows("it", group, torch.empty(1, 1, *shape), window, padding)
    except ValueError:
        return False
    return True


def symmetric(n, window, padding):
    """Whether the windows that fit are the mirror image of themselves."""
    w, step = window
    starts = set(range(-padding, n + padding - w + 1, step))
    return bool(starts) and starts == {n - w - start for start in starts}


@pytest.mark.parametrize("window", [(1, 1), (2, 2), (3, 1), (3, 2), (3, 3), (4, 2), (5, 3)])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_a_size_is_allowed_where_the_windows_are_symmetric(window, padding):
    for n in range(1, 14):
        assert allowed(C2, (n, n), window, padding) == symmetric(n, window, padding)


def test_only_axes_that_are_reversed_count():
    assert allowed(D1, (7, 8), (2, 2), 0)
    assert not allowed(D1, (8, 7), (2, 2), 0)
    assert allowed(C1, (7, 7), (2, 2), 0)
    assert not allowed(C2, (7, 8), (2, 2), 0)


def test_the_message_names_size_window_and_rule():
    with pytest.raises(ValueError) as refused:
        check_windows("pooling", C2, torch.empty(1, 1, 8, 7), (2, 2))
    assert str(refused.value) == (
        "input: pooling with window 2, step 2, padding 0 is C2-equivariant only where 2 divides "
        "W + 2 * 0 - 2, got W = 7"
    )
    with pytest.raises(ValueError, match=r"needs H \+ 2 \* 0 >= 3 \(its window\), got H = 2"):
        check_windows("conv", C1, torch.empty(1, 1, 2, 7), (3, 1))


@pytest.mark.parametrize("shape", [(3, 4, 4), (1, 2, 4, 4), (1, 3, 4, 4, 1)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"takes \[N, 3, H, W\], got shape"):
        check_channels("it", torch.empty(shape), 3)
