"""Made-up packages of odd sizes, to hold implementations against each other.

Sizes that every run must meet go round with the seed; all else is random.
Records keep most values inside of their format and cut some off; now and then
a product or norm has records that are anything the format allows.
"""

import numpy as np

from vit.train import package, quantise

TYPICAL_I8, TYPICAL_I16 = 35.0, 2500.0
WILD_SHARE = 0.1


def make(seed):
    """(Package, ImageSet) of a seed."""
    return _Maker(seed).make()


class _Maker:
    def __init__(self, seed):
        self._seed = seed
        self._random = np.random.default_rng(seed)
        self._tensors = {}

    def make(self):
        size = self._geometry()
        for name, (dtype, shape) in package.layout(size).items():
            if name.endswith(".weight"):
                self._product(name[:-len(".weight")], shape)
            elif name.endswith(".epsilon"):
                self._norm(name[:-len(".epsilon")], size.width)
            elif name == "position":
                self._tensors[name] = self._position(shape).astype(dtype)
        for index in range(size.depth):
            self._attention(f"blocks.{index}", size)
        model = package.Package(size, self._pruning(size.depth),
                                self._tensors, self._metadata())
        package.check(model, f"seed {self._seed}")
        return model, self._images(size)

    def _chance(self, share):
        return self._random.random() < share

    def _whole(self, low, high):
        """A number of low..high, small ones more often."""
        return int(np.exp(self._random.uniform(np.log(low),
                                               np.log(high + 1))))

    def _geometry(self):
        heads = 1 + self._seed % 6
        width = heads * self._whole(1, 20)
        while width % 16 == 0:
            width = heads * self._whole(1, 20)
        hidden = self._whole(1, 150)
        height, across = ((1, 4), (13, 23), (self._whole(2, 12),
                                             self._whole(2, 20)))[
            min(self._seed % 10, 2)]
        classes = (2, 1000, self._whole(2, 300))[min(self._seed % 7, 2)]
        patch = self._whole(1, 5)
        return package.Geometry(
            height * patch, across * patch, self._whole(1, 4), patch, width,
            heads, self._whole(1, 4), hidden + (hidden % 16 == 0), classes)

    def _pruning(self, depth):
        """None, one or all of the blocks; keep 0 leaves the class token."""
        keep = [package.ALL_TOKENS] * depth
        pruned = ([], [self._random.integers(depth)], range(depth))[
            self._seed % 3]
        for block in pruned:
            keep[block] = int(self._random.choice(
                [0, 1, 999999, self._random.integers(200000, 900000)],
                p=[0.15, 0.1, 0.05, 0.7]))
        threshold = (None, 0, self._whole(1, 126))[self._random.integers(3)]
        return package.Pruning(tuple(keep), threshold)

    def _metadata(self):
        return {"name": f"random {self._seed}", "synthetic": "true",
                "provenance": f"random_package.py, seed {self._seed}",
                "residual_scale": "0.001", "logit_scale": "0.001"}

    def _images(self, size):
        count = self._whole(1, 3)
        shape = (count, size.image_height, size.image_width,
                 size.image_channels)
        pixels = self._random.integers(0, 256, shape)
        if self._chance(0.2):
            pixels[0] = self._random.choice([0, 255])
        return package.ImageSet(pixels.astype(np.uint8), np.full(
            count, -1, np.int32))

    def _product(self, name, shape):
        terms, columns = shape
        weight = self._random.normal(0, 2.0 ** self._random.uniform(2, 6),
                                     shape)
        weight = np.clip(np.rint(weight), -128, 127)
        wide = name.split(".")[-1] in ("patch", "projection", "ffn2", "head")
        # A typical accumulator of typical inputs.
        sums = TYPICAL_I8 * (weight.std() + 1) * terms ** 0.5
        bias = self._random.normal(0, sums, columns)
        bound = package.LARGEST_BIAS
        bias = np.clip(np.rint(bias), -bound, bound)
        if self._chance(WILD_SHARE):
            bias[self._random.integers(columns)] = self._random.choice(
                [-bound, bound])
            multiplier = self._random.integers(16384, 32768, columns)
            shift = self._random.integers(1, 63, columns)
        else:
            typical = TYPICAL_I16 if wide else TYPICAL_I8
            multiplier, shift = zip(*(
                self._factor(typical / sums) for _ in range(columns)))
        self._tensors.update({
            f"{name}.weight": weight.astype(np.int8),
            f"{name}.bias": bias.astype(np.int32),
            f"{name}.multiplier": np.array(multiplier, np.int16),
            f"{name}.shift": np.array(shift, np.uint8)})

    def _factor(self, value):
        """(multiplier, shift) of about `value`."""
        return quantise.factor(value * 2.0 ** self._random.uniform(-2, 1.5),
                               "random")

    def _norm(self, name, width):
        shift = self._random.integers(3, 21, width)
        if self._chance(WILD_SHARE):
            shift = self._random.integers(1, 31, width)
            multiplier = self._random.integers(-32768, 32768, width)
        else:
            gain = self._random.normal(TYPICAL_I8, TYPICAL_I8, width)
            multiplier = np.clip(gain * 2.0 ** (shift - 11), -32768, 32767)
        offset = self._random.normal(0, 10, width) * 2.0 ** shift
        bound = package.LARGEST_BIAS
        epsilon = (0, 1000, self._random.integers(0, 1 << 60))[
            self._random.choice(3, p=[0.5, 0.4, 0.1])]
        self._tensors.update({
            f"{name}.multiplier": np.rint(multiplier).astype(np.int16),
            f"{name}.bias": np.clip(offset, -bound, bound).astype(np.int32),
            f"{name}.shift": shift.astype(np.uint8),
            f"{name}.epsilon": np.array([epsilon], np.int64)})

    def _position(self, shape):
        position = self._random.normal(0, TYPICAL_I16, shape)
        if self._chance(0.3):
            position[0] = self._random.integers(-3, 4)  # no variance at all
        if self._chance(0.3):
            position[-1] = self._random.choice([-32768, 32767], shape[1])
        return np.clip(np.rint(position), -32768, 32767)

    def _attention(self, name, size):
        sums = TYPICAL_I8 ** 2 * size.head_width ** 0.5
        self._tensor_factor(f"{name}.scores", TYPICAL_I8 / sums)
        self._tensor_factor(f"{name}.context", 1.5)
        table = quantise.softmax_table(2.0 ** self._random.uniform(-8, 2))
        if self._chance(0.3):
            table = np.sort(self._random.integers(0, 256, 256))[::-1]
            table[0] = 255
        self._tensors[f"{name}.softmax.table"] = table.astype(np.uint8)

    def _tensor_factor(self, name, value):
        multiplier, shift = self._factor(value)
        self._tensors[f"{name}.multiplier"] = np.array([multiplier], np.int16)
        self._tensors[f"{name}.shift"] = np.array([shift], np.uint8)
