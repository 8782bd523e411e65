"""A convolutional network on MNIST: the usual PyTorch script."""

import argparse

import lrsweep
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

import idx

trial = lrsweep.trial(epochs=4)


class Net(nn.Sequential):
    def __init__(self, width, dropout):
        super().__init__(
            nn.Conv2d(1, width, 3), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(dropout / 2),
            nn.Flatten(), nn.Linear(2 * width * 12 * 12, 128), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(128, 10))


def make_loader(kind, count, batch_size, shuffle=False):
    images, labels = idx.load(kind, count)
    data = TensorDataset(torch.from_numpy(images).unsqueeze(1), torch.from_numpy(labels))
    return DataLoader(data, batch_size, shuffle)


def train(model, loader, optimizer):
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(images), labels)
        loss.backward()
        trial.set_rates(optimizer)
        optimizer.step()


@torch.no_grad()
def test(model, loader):
    model.eval()
    loss = correct = 0
    for images, labels in loader:
        output = model(images)
        loss += functional.cross_entropy(output, labels, reduction="sum").item()
        correct += (output.argmax(1) == labels).sum().item()
    return loss / len(loader.dataset), correct / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--dropout", type=float, default=0.5)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--images", type=int, default=60000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    train_loader = make_loader("train", args.images, args.batch_size, shuffle=True)
    test_loader = make_loader("t10k", None, 1000)
    model = Net(args.width, args.dropout)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    if trial.resume:
        state = torch.load(trial.resume)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])

    for epoch in trial.epochs():
        train(model, train_loader, optimizer)
        loss, accuracy = test(model, test_loader)
        trial.report(val_loss=loss, val_accuracy=accuracy)
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                 "random": torch.get_rng_state()}
        with trial.checkpoint(".pt") as path:
            torch.save(state, path)


if __name__ == "__main__":
    main()
