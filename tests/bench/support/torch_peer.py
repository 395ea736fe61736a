"""The same transforms, restoration and training step in PyTorch on CUDA.

Started by webgpu_bench.ts. Reads one JSON object a line from stdin and answers with one line: the
name of the GPU first, then the least milliseconds of some rounds, timed with CUDA events.
"""

import json
import sys

import torch


def least_ms(work, rounds):
    for _ in range(3):
        work()
    best = float("inf")
    for _ in range(rounds):
        begin = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        begin.record()
        work()
        end.record()
        torch.cuda.synchronize()
        best = min(best, begin.elapsed_time(end))
    return best


def transforms(grid, **_):
    x = torch.randn(grid, device="cuda")
    return lambda: torch.fft.irfftn(torch.fft.rfftn(x), s=grid)


def restoration(grid, channels, **_):
    """X = conj(K) Y / (|K|^2 + w R) of padded channels, with K and R given."""
    image = torch.randn([channels, *grid], device="cuda")
    transfer = torch.fft.rfftn(torch.rand(grid, device="cuda"))
    regularizer = torch.rand(transfer.shape, device="cuda")

    def work():
        for channel in image:
            spectrum = torch.fft.rfftn(channel)
            spectrum *= transfer.conj()
            spectrum /= transfer.abs() ** 2 + 0.1 * regularizer
            torch.fft.irfftn(spectrum, s=grid)

    return work


def training(grid, crop, kernels, kernel_size, **_):
    """One step of Adam: degrade, restore with D transformed kernels, loss, autograd."""
    depth, height, width = crop
    scene = torch.rand(grid, device="cuda")
    target = scene[:depth, :height, :width]
    transfer = torch.fft.rfftn(torch.rand(grid, device="cuda") / scene.numel())
    v = torch.randn([kernels, *kernel_size], device="cuda", requires_grad=True)
    s = torch.ones([kernels, 1, 1, 1], device="cuda", requires_grad=True)
    alpha = torch.tensor(-5.5, device="cuda", requires_grad=True)
    adam = torch.optim.Adam([v, s, alpha], lr=1e-3)

    def work():
        with torch.no_grad():
            blurred = torch.fft.irfftn(torch.fft.rfftn(scene) * transfer, s=grid)
            observed = torch.zeros(grid, device="cuda")
            observed[:depth, :height, :width] = blurred[:depth, :height, :width]
            observed[:depth, :height, :width] += 0.01 * torch.randn(crop, device="cuda")
            spectrum = torch.fft.rfftn(observed)
        adam.zero_grad()
        u = v - v.mean(dim=(1, 2, 3), keepdim=True)
        g = s * u / u.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        power = (torch.fft.rfftn(g, s=grid).abs() ** 2).sum(0)
        filtered = transfer.conj() * spectrum / (transfer.abs() ** 2 + alpha.exp() * power + 1e-12)
        restored = torch.fft.irfftn(filtered, s=grid)[:depth, :height, :width]
        loss = 10 * torch.log10(((restored - target) ** 2).mean())
        loss.backward()
        adam.step()

    return work


def main():
    if not torch.cuda.is_available():
        print("no CUDA", flush=True)
        return
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        work = globals()[request["work"]](**request)
        print(least_ms(work, request["rounds"]), flush=True)
        torch.cuda.empty_cache()


main()
