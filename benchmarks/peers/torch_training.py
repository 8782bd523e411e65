"""Trains the 784-128-10 network in PyTorch, as people usually write it: with torchvision's data set
and a DataLoader, or, faster, with all images as one tensor in memory."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

import idx

BATCH = 64
TEST_BATCH = 1000
Batches = Iterable[tuple[Tensor, Tensor]]


class Loaders:
    """The usual script, which decodes and converts image by image."""

    def __init__(self, data: Path):
        from torchvision import datasets, transforms

        def loader(train: bool, batch: int) -> torch.utils.data.DataLoader:
            images = datasets.MNIST(data, train=train, transform=transforms.ToTensor())
            return torch.utils.data.DataLoader(images, batch_size=batch, shuffle=train)

        self._train = loader(True, BATCH)
        self._test = loader(False, TEST_BATCH)

    def train(self) -> Batches:
        return self._train

    def test(self) -> Batches:
        return self._test


class InMemory:
    """All images as floats in one tensor, so that a batch takes one indexing operation."""

    def __init__(self, data: Path):
        self._train, self._test = (
            (
                torch.from_numpy(idx.images(data / "mnist", kind)).float() / 255,
                torch.from_numpy(idx.labels(data / "mnist", kind)),
            )
            for kind in ("train", "t10k")
        )

    def train(self) -> Iterator[tuple[Tensor, Tensor]]:
        images, labels = self._train
        for batch in torch.randperm(len(labels)).split(BATCH):
            yield images[batch], labels[batch]

    def test(self) -> Batches:
        images, labels = self._test
        return zip(images.split(TEST_BATCH), labels.split(TEST_BATCH))


VARIANTS = {"script": Loaders, "memory": InMemory}


def mlp() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    batches: Batches,
    after_step: Callable[[], None] = lambda: None,
) -> float:
    """Returns the mean of the batches' losses."""
    criterion = nn.CrossEntropyLoss()
    losses = []
    for images, labels in batches:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        after_step()
        losses.append(loss.detach())
    return torch.stack(losses).mean().item()


@torch.inference_mode()
def evaluate(model: nn.Module, batches: Batches) -> tuple[float, float]:
    """Mean cross-entropy, and accuracy from 0 to 1."""
    criterion = nn.CrossEntropyLoss(reduction="sum")
    loss = correct = count = 0.0
    for images, labels in batches:
        outputs = model(images)
        loss += criterion(outputs, labels).item()
        correct += (outputs.argmax(1) == labels).sum().item()
        count += len(labels)
    return loss / count, correct / count
