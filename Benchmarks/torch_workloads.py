"""The six models of configs/bench in PyTorch.

Trains one of them on random examples in memory and prints its speed in the steady state as one line
of JSON.
"""

import argparse
import contextlib
import json
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Callable

try:
    import torch
except ImportError:
    sys.exit(f"torch: not installed for {sys.executable}. Install it as Benchmarks/README.md says.")
from torch import nn
from torch.nn import functional as F


# Losses of reconstruction: logits or values y for the examples x, summed over everything, in nats.


def bernoulli(y, x):
    return F.binary_cross_entropy_with_logits(y, x, reduction="sum")


def squared_error(y, x):
    return F.mse_loss(y, x, reduction="sum") / 2


def multinomial(y, x):
    return -(F.log_softmax(y, dim=1) * x).sum()


@dataclass
class Workload:
    shape: tuple  # of an example
    batch: int
    encoder: list
    features: int  # what the encoder ends in
    latents: int
    decoder: list
    reconstruction: Callable


def perceptron(hidden, latents):
    encoder = [nn.Linear(784, hidden), nn.ReLU()]
    decoder = [nn.Linear(latents, hidden), nn.ReLU(), nn.Linear(hidden, 784)]
    return Workload((784,), 128, encoder, hidden, latents, decoder, bernoulli)


def halve(inputs, outputs):
    return nn.Conv2d(inputs, outputs, kernel_size=4, stride=2, padding=1)


def double(inputs, outputs):
    return nn.ConvTranspose2d(inputs, outputs, kernel_size=4, stride=2, padding=1)


def conv28():
    encoder = [halve(1, 32), nn.ReLU(), halve(32, 64), nn.ReLU(), nn.Flatten()]
    encoder += [nn.Linear(64 * 7 * 7, 256), nn.ReLU()]
    decoder = [nn.Linear(16, 256), nn.ReLU(), nn.Linear(256, 64 * 7 * 7), nn.ReLU()]
    decoder += [nn.Unflatten(1, (64, 7, 7)), double(64, 32), nn.ReLU(), double(32, 1)]
    return Workload((1, 28, 28), 128, encoder, 256, 16, decoder, bernoulli)


def conv64():
    encoder = [halve(1, 32), nn.ReLU()]
    for _ in range(3):
        encoder += [halve(32, 32), nn.ReLU()]
    encoder += [nn.Flatten(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU()]
    decoder = [nn.Linear(10, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU()]
    decoder += [nn.Linear(256, 512), nn.ReLU(), nn.Unflatten(1, (32, 4, 4))]
    for _ in range(3):
        decoder += [double(32, 32), nn.ReLU()]
    decoder += [double(32, 1)]
    return Workload((1, 64, 64), 128, encoder, 256, 10, decoder, bernoulli)


def bn64():
    def normalized(convolution):
        return [convolution, nn.BatchNorm2d(convolution.out_channels), nn.LeakyReLU()]

    encoder, decoder = [], [nn.Linear(128, 2048), nn.Unflatten(1, (512, 2, 2))]
    down = [3, 32, 64, 128, 256, 512]
    for inputs, outputs in zip(down, down[1:]):
        encoder += normalized(nn.Conv2d(inputs, outputs, 3, stride=2, padding=1))
    up = [512, 256, 128, 64, 32, 32]
    for inputs, outputs in zip(up, up[1:]):
        decoder += normalized(
            nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1))
    encoder += [nn.Flatten()]
    decoder += [nn.Conv2d(32, 3, 3, padding=1), nn.Sigmoid()]
    return Workload((3, 64, 64), 64, encoder, 2048, 128, decoder, squared_error)


def multvae():
    encoder = [nn.Linear(20108, 600), nn.Tanh()]
    decoder = [nn.Linear(200, 600), nn.Tanh(), nn.Linear(600, 20108)]
    return Workload((20108,), 500, encoder, 600, 200, decoder, multinomial)


WORKLOADS = {
    "mlp2": lambda: perceptron(128, latents=2),
    "mlp20": lambda: perceptron(400, latents=20),
    "conv28": conv28,
    "conv64": conv64,
    "bn64": bn64,
    "multvae": multvae,
}


class Autoencoder(nn.Module):
    """A VAE with Gaussian posterior and standard normal prior; its value is the mean −ELBO."""

    def __init__(self, workload):
        super().__init__()
        self.encoder = nn.Sequential(*workload.encoder)
        self.posterior = nn.Linear(workload.features, 2 * workload.latents)
        self.decoder = nn.Sequential(*workload.decoder)
        self.reconstruction = workload.reconstruction

    def forward(self, x):
        mean, log_variance = self.posterior(self.encoder(x)).chunk(2, dim=1)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        kl = (torch.exp(log_variance) + mean * mean - 1 - log_variance).sum() / 2
        return (self.reconstruction(self.decoder(z), x) + kl) / x.shape[0]


def random_examples(name, workload):
    """About 200 MB at most; uniform, or for multvae a click on one item in fifty."""
    size = torch.Size(workload.shape).numel()
    count = max(4 * workload.batch, min(8192, 50_000_000 // size))
    values = torch.rand(count, *workload.shape)
    return (values > 0.98).float() if name == "multvae" else values


def training_step(options):
    """The workload's batch size, and a function that draws a minibatch and trains on it."""
    workload = WORKLOADS[options.workload]()
    model, examples = Autoencoder(workload), random_examples(options.workload, workload)
    if options.channels_last and examples.dim() == 4:
        model = model.to(memory_format=torch.channels_last)
        examples = examples.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=options.fused_adam or None)
    loss_of = torch.compile(model) if options.mode == "compile" else model

    def precision():
        return torch.autocast("cpu", torch.bfloat16) if options.bf16 else contextlib.nullcontext()

    def step():
        x = examples[torch.randint(len(examples), (workload.batch,))]
        optimizer.zero_grad(set_to_none=True)
        with precision():
            loss = loss_of(x)
        loss.backward()
        optimizer.step()
        return loss

    return workload.batch, step


def seconds_of(step, count):
    start = time.perf_counter()
    for _ in range(count):
        loss = step()
    if not torch.isfinite(loss):
        sys.exit(f"torch: the loss is {loss.item()}; a finite one was expected.")
    return time.perf_counter() - start


def peak_memory_bytes():
    """Most memory that this process has held; unlike getrusage's, nothing of its parent's."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workload", required=True, choices=WORKLOADS)
    parser.add_argument("--mode", default="eager", choices=["eager", "compile"])
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16")
    parser.add_argument("--channels-last", action="store_true", help="images as [N, H, W, C]")
    parser.add_argument("--fused-adam", action="store_true", help="Adam as one operation")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a window")
    parser.add_argument("--windows", type=int, default=5)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    batch, step = training_step(options)
    seconds_of(step, 10)  # Compiles, allocates, fills the caches.
    count = max(3, int(options.seconds * 3 / seconds_of(step, 3)))
    rates = [count * batch / seconds_of(step, count) for _ in range(options.windows)]
    print(json.dumps({
        "workload": options.workload, "mode": options.mode, "bf16": options.bf16,
        "channelsLast": options.channels_last, "fusedAdam": options.fused_adam,
        "threads": options.threads, "batch": batch,
        "samplesPerSecond": {
            "median": statistics.median(rates), "min": min(rates), "max": max(rates)},
        "peakMemoryBytes": peak_memory_bytes(),
    }))


if __name__ == "__main__":
    main()
