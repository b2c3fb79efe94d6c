"""One thread: the tensors are small, and the workers of a parallel run would wait for each other."""

from __future__ import annotations

import shutil

import pytest
import torch

from constructions.psbn import relu_native


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def kernel_folder(tmp_path_factory):
    """The compiled kernel in a folder of the tests; None where there is no C compiler."""
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        yield None
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        relu_native.folder.cache_clear()
        yield relu_native.build()
    relu_native.folder.cache_clear()
    relu_native.kernels.cache_clear()
