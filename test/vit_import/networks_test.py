"""Key names, shapes and folding, against a forward written here."""

import dataclasses
import importlib
import unittest

import numpy as np
import samples

try:
    import torch
    from torch import nn
    from reference import reference
    from vit.train.model import VisionTransformer
except ImportError:
    raise unittest.SkipTest("python3-torch is not installed") from None

from vit.train import integer
from vit.train.errors import InputError
from vit.train.package import ALL_TOKENS

networks = importlib.import_module("vit.import.networks")

# As the authors of the checkpoints publish them.
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224,
                                                            0.225)


def small(**changes):
    values = {"width": 24, "heads": 3, "depth": 2, **changes}
    return dataclasses.replace(networks.KINDS["deit_tiny"], **values)


def forward(size, state, images):
    """The imported network's logits, in float64."""
    model = VisionTransformer(size, nn.GELU, (ALL_TOKENS,) * size.depth)
    model.load_state_dict({name: torch.from_numpy(values)
                           for name, values in state.items()})
    with torch.no_grad():
        return model.eval()(torch.from_numpy(images))[0].numpy()


class FoldingTest(unittest.TestCase):
    def setUp(self):
        self.state = samples.timm(**samples.SMALL)
        self.images = np.random.default_rng(1).integers(
            0, 256, (2, 224, 224, 3), np.uint8)

    def check(self, kind, state, mean, deviation):
        size, found = networks.convert("it", state, kind)
        wanted = reference(self.state, self.images, kind.heads, mean,
                           deviation)
        np.testing.assert_allclose(forward(size, found, self.images), wanted,
                                   atol=2e-4 * np.abs(wanted).max())

    def test_timm_with_the_pixels_of_imagenet(self):
        self.check(small(), self.state, IMAGENET_MEAN, IMAGENET_DEVIATION)

    def test_timm_with_pixels_of_one_half(self):
        self.check(small(pixels=networks.KINDS["vit_tiny"].pixels),
                   self.state, (0.5,) * 3, (0.5,) * 3)

    def test_pixels_matter(self):
        with self.assertRaises(AssertionError):
            self.check(small(), self.state, (0.5,) * 3, (0.5,) * 3)

    def test_hugging_face(self):
        for prefix in ("vit", "deit"):
            self.check(small(), samples.hugging_face(self.state, prefix),
                       IMAGENET_MEAN, IMAGENET_DEVIATION)


class NamesTest(unittest.TestCase):
    def setUp(self):
        self.state = samples.timm(**samples.SMALL)

    def refused(self, state, pattern, kind=None):
        with self.assertRaisesRegex(InputError, pattern) as caught:
            networks.convert("it.pth", state, kind or small())
        self.assertIn("it.pth", str(caught.exception))

    def test_published_sizes(self):
        # Millions of operations of one image: DeiT's table, multiply-adds.
        for name, millions in (("deit_tiny", 1254), ("vit_small", 4599),
                               ("deit_base_patch16_224", 17564)):
            size = networks.kind(name).geometry(1000)
            self.assertEqual(round(integer.dense_macs(size) / 1e6), millions)
        with self.assertRaisesRegex(InputError, "deit_huge.*deit_tiny"):
            networks.kind("deit_huge")

    def test_missing_and_extra_keys(self):
        for state in (self.state, samples.hugging_face(self.state)):
            for key in state:
                less = dict(state)
                del less[key]
                self.refused(less, f"'{key}' is missing")
            self.refused({**state, "fc_norm.weight": np.zeros(24)},
                         "'fc_norm.weight' is not expected")
        self.refused({}, "is missing")

    def test_every_wrong_shape(self):
        for state in (self.state, samples.hugging_face(self.state)):
            for key, values in state.items():
                if key.startswith(("head", "classifier")):
                    continue
                with self.subTest(key=key):
                    self.refused({**state, key: values[..., :-1]},
                                 f"'{key}' is .*must be")

    def test_head_of_other_width_and_single_class(self):
        self.refused({**self.state, "head.weight": np.zeros((5, 25))},
                     "'head.weight' is")
        self.refused({**self.state, "head.weight": np.zeros((1, 24)),
                      "head.bias": np.zeros(1)}, "'head.bias' has 1 class")

    def test_other_geometry(self):
        self.refused(self.state, "is .*another geometry",
                     small(width=48))
        self.refused(self.state, "blocks.1.*not expected", small(depth=1))
        self.refused(self.state, "blocks.2.*is missing", small(depth=3))

    def test_distilled_and_hybrid(self):
        for key, what in (
                ("dist_token", "distilled"), ("head_dist.bias", "distilled"),
                ("deit.embeddings.distillation_token", "distilled"),
                ("distillation_classifier.weight", "distilled"),
                ("patch_embed.backbone.stem.conv.weight", "hybrid"),
                ("vit.embeddings.patch_embeddings.backbone.x", "hybrid")):
            self.refused({**self.state, key: np.zeros(1)},
                         f"'{key}'.*{what}")
