"""The network of mnist.py under Lightning."""

import argparse

import lightning
import lrsweep
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, RandomSampler

from mnist_plain import Net, make_loader

trial = lrsweep.trial(epochs=4)


class Classifier(lightning.LightningModule):
    def __init__(self, lr, **shape):
        super().__init__()
        self.net = Net(**shape)
        self.lr = lr

    def training_step(self, batch, _):
        images, labels = batch
        return functional.cross_entropy(self.net(images), labels)

    def validation_step(self, batch, _):
        images, labels = batch
        output = self.net(images)
        self.log("val_loss", functional.cross_entropy(output, labels))
        self.log("val_accuracy", (output.argmax(1) == labels).double().mean())

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=self.lr, momentum=0.9)
        scheduler = {"scheduler": trial.torch_scheduler(optimizer), "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": scheduler}


class Reporter(lightning.Callback):
    """Reports each epoch to lrsweep, with a checkpoint. Lightning does not save the states of
    random generators: to resume exactly, each epoch seeds the order and each step the dropout."""

    def __init__(self, order):
        self.order = order

    def on_train_epoch_start(self, trainer, _):
        self.order.manual_seed(10000 * trial.seed + trainer.current_epoch)

    def on_train_batch_start(self, trainer, *_):
        torch.manual_seed(10000 * trial.seed + trainer.global_step)

    def on_train_epoch_end(self, trainer, _):
        epoch = trainer.current_epoch + 1
        trial.report({name: value.item() for name, value in trainer.callback_metrics.items()},
                     epoch=epoch)
        with trial.checkpoint(".ckpt", epoch=epoch) as path:
            trainer.save_checkpoint(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--dropout", type=float, default=0.5)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--images", type=int, default=60000)
    args = parser.parse_args()

    torch.manual_seed(trial.seed)
    order = torch.Generator()
    data = make_loader("train", args.images, 64).dataset
    loader = DataLoader(data, 64, sampler=RandomSampler(data, generator=order))
    trainer = lightning.Trainer(
        max_epochs=trial.num_epochs, accelerator="cpu", callbacks=[Reporter(order)], logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        num_sanity_val_steps=0)
    trainer.fit(Classifier(args.lr, width=args.width, dropout=args.dropout),
                loader, make_loader("t10k", None, 1000), ckpt_path=trial.resume)


if __name__ == "__main__":
    main()
