"""Compares the float network with the integers of its package."""

import copy

import numpy as np
import torch

from ..train import evaluate, integer
from ..train.package import ALL_TOKENS, Pruning

BATCH = 4
THIRDS = ("query", "key", "value")


def per_layer(model, package, images):
    """{layer: cosine of float and integer values} over u8 images [n, ...].

    1 is perfect; the scale of a layer does not matter. Compared without
    pruning, since where one drops another token than the other the rows have
    nothing to do with each other.
    """
    dense = copy.copy(model)
    dense.keep_ppm = (ALL_TOKENS,) * model.size.depth
    sums = {}
    for at in range(0, len(images), BATCH):
        _compare(dense, package, images[at:at + BATCH], sums)
    return {name: float(both / np.sqrt(left * right)) if left * right else 0.0
            for name, (both, left, right) in sums.items()}


def _compare(model, package, images, sums):
    exact = {}

    def remember(name, values):
        exact[name] = values.numpy()

    def add(name, values):
        left, right = exact[name].ravel().astype(np.float64), values.ravel()
        sums[name] = sums.get(name, 0) + np.array(
            [left @ right, left @ left, right @ right])

    def observe(name, values):
        values = values.astype(np.float64)
        if name.endswith(".qkv"):
            split = values.reshape(*values.shape[:2], 3, model.size.heads, -1)
            for third, part in zip(THIRDS, split.transpose(2, 0, 3, 1, 4)):
                add(f"{name[:-len('qkv')]}{third}", part)
        elif name in exact:
            add(name, values)

    with torch.no_grad():
        model(torch.from_numpy(images), remember)
    integer.Network(package, Pruning.none(package.size.depth),
                    observe).classify(images)


def predictions(model, images):
    """Classes [n] that a float network finds in u8 images."""
    model.eval()
    with torch.no_grad():
        return np.concatenate([model(batch)[0].argmax(1).numpy() for batch
                               in torch.from_numpy(images).split(BATCH)])


def report(original, model, package, images):
    """Text: layers, decisions and saturation on an ImageSet."""
    cosines = per_layer(model, package, images.images)
    result = evaluate.evaluate(package, images)
    lines = [f"{'layer':30}{'cosine':>9}{'saturated':>12}{'share':>10}"]
    for name, share in result["saturation"].items():
        found = ([f"{name[:-len('qkv')]}{third}" for third in THIRDS]
                 if name.endswith(".qkv") else [name])
        cosine = min(cosines.get(entry, np.inf) for entry in found)
        lines.append(f"{name:30}"
                     + (f"{cosine:9.5f}" if np.isfinite(cosine) else " " * 9)
                     + f"{result['saturated_values'][name]:12}{share:10.4%}")
    lines += ["\ncosine: float against INT8, nothing pruned (the worst of "
              "query, key and value)\n",
              *_decisions(original, model, result, images), "",
              evaluate.summary(result)]
    return "\n".join(lines)


def _decisions(original, model, result, images):
    """Lines: accuracy and top-1 agreement of the three networks."""
    whole, exact = (predictions(network, images.images)
                    for network in (original, model))
    integers = np.array([image["predicted"] for image in result["images"]])
    lines = [f"{f'top-1 on {len(whole)} images':30}{'accuracy':>9}"
             f"{'as checkpoint':>15}{'as ReLU float':>15}"]
    for title, chosen in (("checkpoint, GELU, float", whole),
                          ("ReLU, tokens pruned, float", exact),
                          ("the package, INT8", integers)):
        shares = (np.mean(chosen == other)
                  for other in (images.labels, whole, exact))
        lines.append(f"{title:30}{{:9.4f}}{{:15.4f}}{{:15.4f}}".format(
            *shares))
    return lines
