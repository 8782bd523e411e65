"""scikit-learn's SGDClassifier on its handwritten digits: the rate of each batch is the table's."""

import argparse
import pickle

import lrsweep
import numpy
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

BATCH = 32


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpha", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    trial = lrsweep.trial(epochs=10, lr=0.01)

    images, labels = load_digits(return_X_y=True)
    data = train_test_split(images / 16, labels, test_size=357, random_state=0, stratify=labels)
    images, test_images, labels, test_labels = data
    model = SGDClassifier(loss="log_loss", alpha=args.alpha, learning_rate="constant", eta0=1,
                          random_state=args.seed)
    if trial.resume:
        model = pickle.loads(trial.resume.read_bytes())

    for epoch in trial.epochs():
        order = numpy.random.default_rng([args.seed, epoch]).permutation(len(images))
        for batch in numpy.split(order, range(BATCH, len(order), BATCH)):
            model.eta0 = trial.next_rates().lr
            model.partial_fit(images[batch], labels[batch], classes=range(10))
        trial.report(val_accuracy=model.score(test_images, test_labels),
                     val_loss=log_loss(test_labels, model.predict_proba(test_images)))
        with trial.checkpoint(".pickle") as path:
            path.write_bytes(pickle.dumps(model))


if __name__ == "__main__":
    main()
