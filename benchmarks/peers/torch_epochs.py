"""PyTorch's side of benchmarks/engine.py: torch_epochs.py script|memory DATA"""

import sys
from pathlib import Path

import torch

from serve import serve
from torch_training import VARIANTS, evaluate, mlp, train_epoch


def main(variant: str, data: str) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    batches = VARIANTS[variant](Path(data))
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def epoch() -> float:
        train_epoch(model, optimizer, batches.train())
        return evaluate(model, batches.test())[1]

    serve(f"pytorch_{variant}", epoch)


if __name__ == "__main__":
    main(*sys.argv[1:])
