#!/usr/bin/python3
"""Makes the training_*.txt and training_*.bin files beside it with PyTorch.

    LRSWEEP_DATA_DIR=<folder that holds mnist/> /usr/bin/python3 make_training_reference.py

Needs Debian's python3-torch (1.13.1) and, for the files named *mnist*, the four MNIST files. What
it runs is the well-known script: Net with fc1, ReLU, fc2; cross-entropy; SGD with momentum (or
Adam); DataLoader(shuffle=True); byte images through ToTensor(). Evaluation draws no random number.

The text files hold one record a line: name, number of values, values. The binary files hold
little-endian float32, except for the batch, which is bytes.
"""

import gzip
import math
import os
import struct

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by OpenBLAS while torch is imported

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

# One thread, also of BLAS: with two, the first epoch's mean loss on MNIST differs by 1e-3.
torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))


def hash32(x):
    """The data sets' formula: a 32-bit integer hash, the same in training_reference.h."""
    x &= 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


class Images(Dataset):
    """Byte images [count, pixels] and labels; an item is what ToTensor() gives, flattened."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.images[index].to(torch.float32).div(255), int(self.labels[index])


def synthetic(count, pixels, classes, salt):
    """About half of the pixels are 0, as in image data."""
    values = [hash32(salt + i) >> 23 for i in range(count * pixels)]
    images = torch.tensor([v if v < 256 else 0 for v in values], dtype=torch.uint8)
    labels = [hash32(salt + 0x10000000 + i) % classes for i in range(count)]
    return Images(images.view(count, pixels), torch.tensor(labels))


def read_mnist(kind):
    folder = os.path.join(os.environ["LRSWEEP_DATA_DIR"], "mnist")
    with gzip.open(os.path.join(folder, kind + "-images-idx3-ubyte.gz")) as file:
        images = torch.frombuffer(bytearray(file.read()[16:]), dtype=torch.uint8)
    with gzip.open(os.path.join(folder, kind + "-labels-idx1-ubyte.gz")) as file:
        labels = torch.frombuffer(bytearray(file.read()[8:]), dtype=torch.uint8)
    return Images(images.view(-1, 784), labels.to(torch.int64))


class Net(nn.Module):
    """nn.Linear layers of these widths with ReLU between them: fc1, ReLU, fc2 for 784-128-10."""

    def __init__(self, widths):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


def flat(tensors):
    return torch.cat([t.detach().flatten() for t in tensors])


def fnv1a(tensor):
    """FNV-1a (64 bits) of a float32 tensor's little-endian bytes."""
    result = 0xCBF29CE484222325
    for byte in struct.pack("<%df" % tensor.numel(), *tensor.tolist()):
        result = ((result ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return result


class Script:
    """The training loop, one step at a time; `rates(step)` gives lr and momentum or beta1."""

    def __init__(self, data, widths, batch_size, seed, rates, optimizer=torch.optim.SGD, **options):
        torch.manual_seed(seed)
        self.net = Net(widths)
        self.optimizer = optimizer(self.net.parameters(), lr=0.1, **options)
        self.loader = DataLoader(data, batch_size=batch_size, shuffle=True)
        self.rates = rates
        self.losses = []

    def parameters(self):
        return flat(self.net.parameters())

    def momentum(self):
        return flat(self.optimizer.state[p]["momentum_buffer"] for p in self.net.parameters())

    def train_epoch(self, before_step=None):
        for images, labels in self.loader:
            step = len(self.losses)
            if before_step:
                before_step(step, images, labels)
            group = self.optimizer.param_groups[0]
            group["lr"], momentum = self.rates(step)
            if "betas" in group:
                group["betas"] = (momentum, group["betas"][1])
            else:
                group["momentum"] = momentum
            self.optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.net(images), labels)
            loss.backward()
            self.optimizer.step()
            self.losses.append(loss.item())

    def evaluate(self, data):
        with torch.no_grad():
            out = self.net(data.images.to(torch.float32).div(255))
            loss = nn.functional.cross_entropy(out.double(), data.labels).item()
            return loss, (out.argmax(1) == data.labels).double().mean().item()


def number(value):
    return str(value) if isinstance(value, int) else "%.17g" % value


def write_text(name, records):
    with open(os.path.join(HERE, name), "w") as file:
        for key, values in records:
            file.write(" ".join([key, str(len(values))] + [number(v) for v in values]) + "\n")


def write_floats(name, *tensors):
    with open(os.path.join(HERE, name), "wb") as file:
        for tensor in tensors:
            file.write(struct.pack("<%df" % tensor.numel(), *tensor.tolist()))


def initial_weights():
    records = []
    for name, seed, widths in [("mlp_0", 0, [784, 128, 10]), ("mlp_1", 1, [784, 128, 10]),
                               ("mlp_large_seed", 123456789012345, [784, 128, 10]),
                               ("linear_5", 5, [784, 10]), ("deep_7", 7, [16, 20, 10, 3])]:
        torch.manual_seed(seed)
        values = flat(Net(widths).parameters())
        records.append((name + "_hash", [fnv1a(values)]))
        records.append((name + "_first", values[:5].tolist()))
    write_text("training_initial_weights.txt", records)


def batch_order():
    """Item i of 250 has label i, and batches have one item: labels are the order."""
    data = Images(torch.zeros(250, 4, dtype=torch.uint8), torch.arange(250))
    script = Script(data, [4, 250], 1, 3, lambda step: (0.0, 0.0))
    orders = [[], []]
    for order in orders:
        script.train_epoch(lambda step, images, labels: order.append(int(labels)))
    write_text("training_order.txt", [("epoch_1", orders[0]), ("epoch_2", orders[1])])


def synthetic_curve():
    """1,000 images in batches of 64: 15 full ones and one of 40 an epoch, 112 steps."""
    train, test = synthetic(1000, 784, 10, 1), synthetic(300, 784, 10, 0x20000000)
    script = Script(train, [784, 128, 10], 64, 0, lambda step: (0.1, 0.9))
    evaluations = []
    for _ in range(7):
        script.train_epoch()
        evaluations += script.evaluate(test)
    write_text("training_synthetic.txt", [("losses", script.losses), ("evaluations", evaluations)])


def varied_rates(step):
    """Rates that change at every step; momentum is 0 at first, and again in the middle."""
    momentum = 0.0 if step < 3 or 20 <= step < 24 else 0.8 + 0.1 * (step % 5) / 5
    return 0.02 + 0.01 * (step % 7), momentum


def other_shapes():
    records = []
    train = synthetic(100, 16, 3, 77)
    for name, widths in [("linear", [16, 3]), ("deep", [16, 20, 10, 3])]:
        script = Script(train, widths, 32, 11, varied_rates)
        for _ in range(10):
            script.train_epoch()
        records.append((name + "_losses", script.losses))
        records.append((name + "_parameters", script.parameters().tolist()))
    write_text("training_shapes.txt", records)


def adam():
    """The settings are also in engine_checks.h."""
    def rates(step):
        return 0.001 * (1 + step % 3), 0.85 + 0.01 * (step % 10)

    records = []
    for name, optimizer, options in [
            ("adam", torch.optim.Adam, {"betas": (0.9, 0.99), "eps": 1e-6}),
            ("adam_decay", torch.optim.Adam, {"weight_decay": 0.1}),
            ("adamw", torch.optim.AdamW, {"weight_decay": 0.1})]:
        script = Script(synthetic(100, 16, 3, 77), [16, 20, 3], 32, 11, rates, optimizer, **options)
        for _ in range(10):
            script.train_epoch()
        records.append((name + "_losses", script.losses))
        records.append((name + "_parameters", script.parameters().tolist()))
    write_text("training_adam.txt", records)


def mnist_curve():
    """Also PyTorch's own state at two steps, with that step's batch and the weights it gives."""
    train, test = read_mnist("train"), read_mnist("t10k")
    script = Script(train, [784, 128, 10], 64, 0, lambda step: (0.1, 0.9))
    points, labels_at = [500, 1500], {}

    def before_step(step, images, labels):
        if step in points:
            write_floats("training_mnist_step_%d_state.bin" % step, script.parameters(),
                         script.momentum())
            with open(os.path.join(HERE, "training_mnist_step_%d_images.bin" % step), "wb") as file:
                file.write(bytes(images.mul(255).round().to(torch.uint8).flatten().tolist()))
            labels_at[step] = labels.tolist()
        if step - 1 in points:
            # Every 7th value is enough to see a step go wrong, and keeps the file small.
            write_floats("training_mnist_step_%d_next.bin" % (step - 1), script.parameters()[::7])

    script.train_epoch(before_step)
    first_epoch = list(script.losses)
    evaluation = script.evaluate(test)
    script.train_epoch(before_step)
    write_text("training_mnist.txt", [
        ("first_losses", first_epoch[:100]),
        ("first_epoch_mean", [math.fsum(first_epoch) / len(first_epoch)]),
        ("first_epoch_evaluation", list(evaluation)),
        ("second_epoch_mean", [math.fsum(script.losses[938:]) / 938]),
    ] + [("step_%d_labels" % p, labels_at[p]) for p in points]
      + [("step_%d_loss" % p, [script.losses[p]]) for p in points])


if __name__ == "__main__":
    initial_weights()
    batch_order()
    synthetic_curve()
    other_shapes()
    adam()
    mnist_curve()
