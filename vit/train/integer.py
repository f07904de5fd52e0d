"""The integer network in NumPy, written from docs/arithmetic.md alone.

Every function works on a whole batch: images are the first axis, and all
images of a batch have the same number of tokens, since keep ratios and not
values decide how many survive. Arrays are int64 unless said otherwise.

Matrix products run in float64 for speed. They are exact: operands are
integers, and every partial sum stays below 2^31 (section 3), far below 2^53.
"""

import dataclasses

import numpy as np

from .package import ALL_TOKENS

LIMITS = {"i8": (-128, 127), "relu": (0, 127), "i16": (-32768, 32767)}
BATCH = 60


def product(left, right):
    """Exact left [..., R, K] times right [..., K, C]."""
    exact = left.astype(np.float64) @ right.astype(np.float64)
    return exact.astype(np.int64)


def bit_length(values):
    """Section 1: bits of each positive value below 2^53."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)


def floor_sqrt(values):
    """floor(sqrt(v)) of each int64 v, 0 <= v < 2^61."""
    root = np.sqrt(values.astype(np.float64)).astype(np.int64)
    root -= (root * root > values).astype(np.int64)
    root += ((root + 1) * (root + 1) <= values).astype(np.int64)
    return root


def requantise(accumulator, bias, multiplier, shift):
    """Section 2, before saturation; operands broadcast."""
    half = np.int64(1) << (np.asarray(shift, np.int64) - 1)
    scaled = (accumulator + bias) * np.asarray(multiplier, np.int64)
    return (scaled + half) >> np.asarray(shift, np.int64)


def normalise(rows, epsilon):
    """Section 5 up to t: rows [..., D] to normalised values times 2^11."""
    rows = rows.astype(np.int64)
    width = rows.shape[-1]
    total = rows.sum(-1, keepdims=True)
    squares = (rows * rows).sum(-1, keepdims=True)
    spread = floor_sqrt(width * squares - total * total + int(epsilon))
    spread = np.maximum(spread, 1)
    bits = bit_length(spread)
    reciprocal = (np.int64(1) << (bits + 15)) // spread
    scaled = (width * rows - total) * reciprocal
    return (scaled + (np.int64(1) << (bits + 3))) >> (bits + 4)


def layer_norm(rows, epsilon, multiplier, bias, shift):
    """Section 5, before saturation: rows [..., D], parameters [D]."""
    shift = np.asarray(shift, np.int64)
    scaled = normalise(rows, epsilon) * np.asarray(multiplier, np.int64)
    return (scaled + bias + (np.int64(1) << (shift - 1))) >> shift


def exponents(scores, table):
    """Section 6: e of each row of scores [..., n], table [256]."""
    return table.astype(np.int64)[scores.max(-1, keepdims=True) - scores]


def row_records(sums, multiplier, shift):
    """Section 6: (multipliers, shifts) of rows whose exponents sum to sums."""
    bits = bit_length(sums)
    quotient = (np.int64(multiplier) << bits) // sums
    large = quotient >= 32768
    return (np.where(large, quotient // 2, quotient),
            int(shift) + bits - large)


def keep_count(tokens, keep_ppm):
    """Section 7: K of `tokens` tokens, the class token included."""
    return -(-(tokens - 1) * keep_ppm // 1000000)


def importance(class_rows):
    """Section 7: class_rows [images, heads, n], row 0 of e, to [images, n]."""
    reciprocal = (1 << 24) // class_rows.sum(-1, keepdims=True)
    return (class_rows * reciprocal).sum(1)


def select(scores, keep):
    """Section 7: survivors [images, 1 + keep] by importance [images, n]."""
    order = 1 + np.argsort(-scores[:, 1:], axis=1, kind="stable")
    kept = np.sort(order[:, :keep], axis=1)
    return np.concatenate([np.zeros((len(scores), 1), kept.dtype), kept], 1)


@dataclasses.dataclass
class Inference:
    """What a batch gave; first axis images.

    logits: [images, classes]; predicted: [images];
    tokens_per_block: [images, depth], after each block's selection;
    live_channels_per_block: [images, depth], of the second FFN product.
    """

    logits: np.ndarray
    predicted: np.ndarray
    tokens_per_block: np.ndarray
    live_channels_per_block: np.ndarray


class Network:
    """A package under a pruning policy.

    observe(name, values), if given, sees the intermediate tensors:
    `embed`, `blocks.B.{norm1, qkv, scores, softmax, context, survivors,
    projection, norm2, ffn1, live, ffn2}`, `norm`, `logits`; scores and
    softmax are [images, heads, n, n], all others [images, rows, columns].
    `saturated` counts {name: [values cut off, values]}.
    """

    def __init__(self, package, pruning=None, observe=None):
        self.size = package.size
        self.pruning = pruning or package.pruning
        self.saturated = {}
        self._tensors = package.tensors
        self._observe = observe or (lambda name, values: None)

    def classify(self, images):
        """Inference of images u8 [count, height, width, channels]."""
        parts = [self._classify(images[at:at + BATCH])
                 for at in range(0, len(images), BATCH)]
        return Inference(*(np.concatenate(values) for values in zip(*parts)))

    def _classify(self, images):
        stream = self._embed(images)
        tokens, live = [], []
        for index in range(self.size.depth):
            stream, alive = self._block(index, stream)
            tokens.append(np.full(len(images), stream.shape[1]))
            live.append(alive)
        row = self._norm("norm", stream[:, :1])
        logits = self._linear("head", row, "i16", "logits")[:, 0]
        return (logits, logits.argmax(1), np.stack(tokens, 1),
                np.stack(live, 1))

    def _embed(self, images):
        """Section 4: images to the residual stream [images, N, D]."""
        size, patch = self.size, self.size.patch
        pixels = images.astype(np.int64) - 128
        grid = pixels.reshape(len(images), size.image_height // patch, patch,
                              size.image_width // patch, patch, -1)
        rows = grid.transpose(0, 1, 3, 2, 4, 5).reshape(
            len(images), size.patches, size.patch_terms)
        position = self._tensors["position"].astype(np.int64)
        stream = np.broadcast_to(
            position, (len(images), *position.shape)).copy()
        stream[:, 1:] += self._linear("patch", rows, "i16")
        return self._store("embed", stream, "i16")

    def _block(self, index, stream):
        """Sections 6 to 8: (stream after the block, live channels)."""
        name = f"blocks.{index}"
        context, class_rows = self._attention(name, stream)
        keep_ppm = self.pruning.keep_ppm[index]
        if keep_ppm < ALL_TOKENS:
            keep = keep_count(stream.shape[1], keep_ppm)
            kept = select(self._importance(class_rows), keep)
            self._observe(f"{name}.survivors", kept[:, None, :])
            context = np.take_along_axis(context, kept[..., None], 1)
            stream = np.take_along_axis(stream, kept[..., None], 1)
        update = self._linear(f"{name}.projection", context, "i16")
        stream = self._store(f"{name}.projection", stream + update, "i16")
        hidden, live = self._hidden(name, stream)
        update = self._linear(f"{name}.ffn2", hidden, "i16")
        return self._store(f"{name}.ffn2", stream + update, "i16"), live

    def _attention(self, name, stream):
        """Section 6: (context [images, n, D], row 0 of e in each head)."""
        rows = self._norm(f"{name}.norm1", stream)
        qkv = self._linear(f"{name}.qkv", rows, "i8", f"{name}.qkv")
        images, tokens, _ = qkv.shape
        query, key, value = qkv.reshape(
            images, tokens, 3, self.size.heads, -1).transpose(2, 0, 3, 1, 4)
        scores = requantise(product(query, key.swapaxes(2, 3)), 0,
                            *self._factor(f"{name}.scores"))
        scores = self._store(f"{name}.scores", scores, "i8")
        weights = exponents(scores, self._tensors[f"{name}.softmax.table"])
        self._observe(f"{name}.softmax", weights)
        multiplier, shift = row_records(weights.sum(-1, keepdims=True),
                                        *self._factor(f"{name}.context"))
        context = requantise(product(weights, value), 0, multiplier, shift)
        context = context.transpose(0, 2, 1, 3).reshape(images, tokens, -1)
        return (self._store(f"{name}.context", context, "i8"),
                weights[:, :, 0])

    def _hidden(self, name, stream):
        """Section 8: (hidden map, dead channels zeroed; live channels)."""
        rows = self._norm(f"{name}.norm2", stream)
        hidden = self._linear(f"{name}.ffn1", rows, "relu", f"{name}.ffn1")
        threshold = self.pruning.ffn2_threshold
        if threshold is None:
            return hidden, np.full(len(hidden), self.size.hidden)
        live = self._live(name, hidden, threshold)
        self._observe(f"{name}.live", live)
        return hidden * live, live.sum((1, 2))

    # What a control replaces by another policy (controls.py).

    def _importance(self, class_rows):
        return importance(class_rows)

    def _live(self, name, hidden, threshold):
        """[images, 1, F] of a hidden map [images, n, F]."""
        del name
        return hidden.max(1, keepdims=True) > threshold

    def _norm(self, name, stream):
        epsilon = self._tensors[f"{name}.epsilon"][0]
        parameters = (self._tensors[f"{name}.{kind}"]
                      for kind in ("multiplier", "bias", "shift"))
        return self._store(name, layer_norm(stream, epsilon, *parameters),
                           "i8")

    def _linear(self, name, rows, kind, observed=None):
        weight, bias, multiplier, shift = (
            self._tensors[f"{name}.{part}"].astype(np.int64)
            for part in ("weight", "bias", "multiplier", "shift"))
        values = requantise(product(rows, weight), bias, multiplier, shift)
        if observed is None:
            return self._saturate(f"{name}.product", values, kind)
        return self._store(observed, values, kind)

    def _factor(self, name):
        return (int(self._tensors[f"{name}.multiplier"][0]),
                int(self._tensors[f"{name}.shift"][0]))

    def _store(self, name, values, kind):
        values = self._saturate(name, values, kind)
        self._observe(name, values)
        return values

    def _saturate(self, name, values, kind):
        low, high = LIMITS[kind]
        cut = np.count_nonzero(values > high)
        if kind != "relu":
            cut += np.count_nonzero(values < low)
        count = self.saturated.setdefault(name, [0, 0])
        count[0] += cut
        count[1] += values.size
        return np.clip(values, low, high)


def dense_macs(size):
    """Section 10: operations of one image without any pruning."""
    tokens, width = size.tokens, size.width
    block = (3 * tokens * width * width + 2 * tokens * tokens * width
             + tokens * width * width + 2 * tokens * width * size.hidden)
    return (size.patches * size.patch_terms * width + size.depth * block
            + width * size.classes)


def executed_macs(size, tokens_per_block, live_channels_per_block):
    """Section 10: operations [images] by decisions [images, depth]."""
    width = size.width
    total = np.full(len(tokens_per_block),
                    size.patches * size.patch_terms * width
                    + width * size.classes)
    entering = np.full(len(tokens_per_block), size.tokens)
    for left, live in zip(tokens_per_block.T, live_channels_per_block.T):
        total += 3 * entering * width * width + 2 * entering ** 2 * width
        total += left * width * (width + size.hidden + live)
        entering = left
    return total
