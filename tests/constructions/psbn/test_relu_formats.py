"""Tensors and modes that the kernel must not be handed: torch's route takes them, with the same results."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.fx.experimental.proxy_tensor import make_fx

from constructions.psbn import relu_native
from constructions.psbn.relu_op import PostShiftedBatchNormReLU2d, norm_relu


@pytest.fixture(autouse=True)
def kernel(kernel_folder):
    """The kernel, where there is a compiler: without it both routes are torch's."""
    assert (relu_native.kernels() is None) == (kernel_folder is None)


def x():
    return torch.randn(8, 4, 5, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def weights():
    return torch.arange(800.0, dtype=torch.float64).view(8, 4, 5, 5).sin()


def training(x, route="auto"):
    return norm_relu(x, None, None, training=True, route=route)


def gradient(x, route, hooks):
    x = x.clone().requires_grad_()
    with saved_tensors_hooks(*hooks):
        y = training(x, route)
    (y * weights()).sum().backward()
    return x.grad


def test_hooks_that_change_the_layout_of_saved_tensors_change_no_gradient():
    last = x().contiguous(memory_format=torch.channels_last)
    hooks = (lambda t: t.contiguous(), lambda t: t)
    assert torch.allclose(gradient(last, "auto", hooks), gradient(last, "torch", hooks), atol=1e-12)


def test_hooks_that_change_the_type_of_saved_tensors_cost_its_digits_only():
    hooks = (lambda t: t.float(), lambda t: t.double())
    plain = gradient(x(), "torch", (lambda t: t, lambda t: t))
    assert torch.allclose(gradient(x(), "auto", hooks), plain, atol=1e-5)
    half = (lambda t: t.float(), lambda t: t)  # and are not turned back
    with pytest.raises(RuntimeError):
        gradient(x(), "torch", half)


def test_a_view_with_the_negative_bit_is_read_as_what_it_means():
    turned = torch._neg_view(x())
    assert torch.allclose(training(turned), training(-x(), "torch"), atol=1e-12)
    found = []
    for route in ("auto", "torch"):
        a = x().requires_grad_()
        found += torch.autograd.grad(training(a, route), a, torch._neg_view(weights()))
    assert torch.allclose(*found, atol=1e-12)


def test_gradients_of_many_outputs_at_once():
    def sums(route):
        return lambda a: training(a, route).square().sum((0, 2, 3))

    jacobian = torch.autograd.functional.jacobian
    together = jacobian(sums("auto"), x(), vectorize=True)
    assert torch.allclose(together, jacobian(sums("torch"), x()), atol=1e-10)


@pytest.mark.filterwarnings("ignore:`torch.jit.trace:DeprecationWarning")
def test_tracers_record_operations_and_not_an_empty_tensor():
    layer = PostShiftedBatchNormReLU2d(4, dtype=torch.float64).eval()
    other = x() + 1
    for traced in (make_fx(layer)(x()), torch.jit.trace(layer, x())):
        assert torch.allclose(traced(other), layer(other), atol=1e-12)


def test_a_default_device_elsewhere_does_not_reach_the_kernel(kernel_folder):
    """In a process of its own: a wrong pointer ends it."""
    code = (
        "import torch; from constructions.psbn.relu_op import norm_relu;"
        "x = torch.ones(4, 2, 3); x[0] = 3; x.requires_grad_();"
        "torch.set_default_device('meta');"
        "norm_relu(x, None, None, training=True).sum().backward(); print(x.grad.shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "torch.Size([4, 2, 3])\n")
