"""JAX's side of benchmarks/engine.py: jax_epochs.py DATA

Compiles a whole epoch and its evaluation into one program. Gathering each batch within the scan was
faster than permuting all images first; floats were not slower than bytes; unrolling the scan was
slower."""

import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp

import idx
from serve import serve

BATCH = 64
TEST_BATCH = 1000
RATE, MOMENTUM = 0.1, 0.9


def initial_layer(key: jax.Array, inputs: int, outputs: int) -> tuple[jax.Array, jax.Array]:
    """PyTorch's default for a linear layer."""
    bound = inputs**-0.5
    weight, bias = jax.random.split(key)
    return (
        jax.random.uniform(weight, (inputs, outputs), minval=-bound, maxval=bound),
        jax.random.uniform(bias, (outputs,), minval=-bound, maxval=bound),
    )


def outputs(parameters, images):
    (weight1, bias1), (weight2, bias2) = parameters
    return jax.nn.relu(images @ weight1 + bias1) @ weight2 + bias2


def cross_entropy(parameters, images, labels):
    log_shares = jax.nn.log_softmax(outputs(parameters, images))
    return -jnp.take_along_axis(log_shares, labels[:, None], axis=1).mean()


def step(state, images, labels):
    parameters, momentum = state
    loss, gradient = jax.value_and_grad(cross_entropy)(parameters, images, labels)
    momentum = jax.tree.map(lambda m, g: MOMENTUM * m + g, momentum, gradient)
    parameters = jax.tree.map(lambda p, m: p - RATE * m, parameters, momentum)
    return (parameters, momentum), loss


@partial(jax.jit, donate_argnums=(0, 1))
def run_epoch(state, key, train, test):
    images, labels = train
    key, shuffle = jax.random.split(key)
    order = jax.random.permutation(shuffle, len(labels))
    whole = len(labels) // BATCH * BATCH
    state, losses = jax.lax.scan(
        lambda state, batch: step(state, images[batch], labels[batch]),
        state,
        order[:whole].reshape(-1, BATCH),
    )
    state, last_loss = step(state, images[order[whole:]], labels[order[whole:]])

    def correct(batch):
        return (outputs(state[0], batch[0]).argmax(1) == batch[1]).sum()

    chunks = jax.tree.map(lambda array: array.reshape(-1, TEST_BATCH, *array.shape[1:]), test)
    accuracy = jax.lax.map(correct, chunks).sum() / len(test[1])
    return state, key, (losses.sum() + last_loss) / (len(losses) + 1), accuracy


def load(folder: Path, kind: str):
    images = jnp.asarray(idx.images(folder, kind)).astype(jnp.float32) / 255
    return images, jnp.asarray(idx.labels(folder, kind), dtype=jnp.int32)


def main(data: str) -> None:
    train, test = (load(Path(data) / "mnist", kind) for kind in ("train", "t10k"))
    keys = jax.random.split(jax.random.key(0), 3)
    parameters = [initial_layer(keys[0], 784, 128), initial_layer(keys[1], 128, 10)]
    state = (parameters, jax.tree.map(jnp.zeros_like, parameters))
    key = keys[2]

    def epoch() -> float:
        nonlocal state, key
        state, key, _, accuracy = run_epoch(state, key, train, test)
        return float(accuracy)

    serve("jax", epoch)


if __name__ == "__main__":
    main(*sys.argv[1:])
