"""One training step in PyTorch by autograd, with one transform a kernel.

Started by training_step_bench.ts: torch_step.py FOLDER. The folder has case.json (sizes as z, y, x)
and float32 files. A line "step" does one step and answers "SECONDS LOSS"; a line "gradients" answers
with the gradients of kernels, scales and alpha as float32.
"""

import json
import math
import sys
import time

import torch

folder = sys.argv[1]
with open(f"{folder}/case.json") as file:
    case = json.load(file)
size, grid, kernel_size = case["size"], case["grid"], case["kernelSize"]
torch.set_num_threads(case["threads"])


def load(name, shape):
    with open(f"{folder}/{name}.f32", "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32).reshape(shape)


def taper(image):
    """Continues each axis to the grid by a raised cosine from its last sample to its first."""
    for axis, length in enumerate(grid):
        gap = length - image.shape[axis]
        steps = torch.arange(1, gap + 1) / (gap + 1)
        shape = [-1 if i == axis else 1 for i in range(3)]
        share = (0.5 - 0.5 * torch.cos(math.pi * steps)).reshape(shape)
        first = image.narrow(axis, 0, 1)
        last = image.narrow(axis, image.shape[axis] - 1, 1)
        image = torch.cat([image, last + share * (first - last)], axis)
    return image


def transfer_of(psf):
    padded = torch.nn.functional.pad(
        psf, [v for g, n in zip(reversed(grid), reversed(psf.shape)) for v in (0, g - n)]
    )
    return torch.fft.rfftn(torch.roll(padded, [-(n // 2) for n in psf.shape], (0, 1, 2)))


observed, target = load("observed", size), load("target", size)
transfer = transfer_of(load("psf", case["psfSize"]))
kernels = load("kernels", [-1, *kernel_size]).requires_grad_()
scales = load("scales", [-1, 1, 1, 1]).requires_grad_()
alpha = torch.tensor(float(case["alpha"]), requires_grad=True)


def step():
    for parameter in (kernels, scales, alpha):
        parameter.grad = None
    spectrum = torch.fft.rfftn(taper(observed))
    centred = kernels - kernels.mean((1, 2, 3), keepdim=True)
    unit = centred / centred.pow(2).sum((1, 2, 3), keepdim=True).sqrt()
    responses = torch.fft.rfftn(scales * unit, s=grid, dim=(1, 2, 3))
    regularizer = (responses.real**2 + responses.imag**2).sum(0)
    power = transfer.real**2 + transfer.imag**2
    quotient = transfer.conj() * spectrum / (power + alpha.exp() * regularizer)
    estimate = torch.fft.irfftn(quotient, s=grid)[: size[0], : size[1], : size[2]]
    loss = 10 * torch.log10((estimate - target).pow(2).mean())
    loss.backward()
    return loss.item()


for line in sys.stdin:
    if line.strip() == "step":
        begin = time.perf_counter()
        loss = step()
        print(time.perf_counter() - begin, loss, flush=True)
    else:
        gradients = torch.cat([p.grad.reshape(-1) for p in (kernels, scales, alpha)])
        sys.stdout.buffer.write(gradients.numpy().tobytes())
        sys.stdout.buffer.flush()
