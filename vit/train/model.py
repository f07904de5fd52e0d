"""The float vision transformer, with the pruning of docs/arithmetic.md."""

import torch
from torch import nn

from .integer import keep_count
from .package import ALL_TOKENS

PIXEL_MEAN = 0.5
PIXEL_DEVIATION = 0.5
EPSILON = 1e-6
POSITION_DEVIATION = 0.5


def ignore(name, values):
    """The observer of those who want to see nothing."""


def normalise_pixels(images):
    """u8 [count, H, W, C] to float, about -1..1."""
    return (images.float() / 255 - PIXEL_MEAN) / PIXEL_DEVIATION


class Block(nn.Module):
    """Pre-norm attention and feed-forward network."""

    def __init__(self, size, activation, epsilon):
        super().__init__()
        self.heads = size.heads
        self.norm1 = nn.LayerNorm(size.width, eps=epsilon)
        self.qkv = nn.Linear(size.width, 3 * size.width)
        self.projection = nn.Linear(size.width, size.width)
        self.norm2 = nn.LayerNorm(size.width, eps=epsilon)
        self.ffn1 = nn.Linear(size.width, size.hidden)
        self.activation = activation()
        self.ffn2 = nn.Linear(size.hidden, size.width)

    def attention(self, stream, see):
        """[count, n, D] to (context [count, n, D], importance [count, n])."""
        count, tokens, width = stream.shape
        rows = see("norm1", self.norm1(stream))
        query, key, value = self.qkv(rows).view(
            count, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        for name, values in (("query", query), ("key", key), ("value", value)):
            see(name, values)
        scale = (width // self.heads) ** -0.5
        scores = see("scores", query @ key.transpose(2, 3) * scale)
        weights = scores.softmax(-1)
        context = (weights @ value).transpose(1, 2).reshape(
            count, tokens, width)
        return see("context", context), weights[:, :, 0].mean(1)

    def forward(self, stream, keep_ppm, observe, prefix):
        """[count, n, D] to (stream [count, n', D], hidden [count, n', F])."""
        def see(name, values):
            observe(f"{prefix}.{name}", values)
            return values

        context, importance = self.attention(stream, see)
        if keep_ppm < ALL_TOKENS:
            kept = survivors(importance, keep_ppm)
            index = kept[:, :, None].expand(-1, -1, stream.shape[2])
            context, stream = context.gather(1, index), stream.gather(1, index)
        update = see("projection.product", self.projection(context))
        stream = see("projection", stream + update)
        rows = see("norm2", self.norm2(stream))
        hidden = see("ffn1", self.activation(self.ffn1(rows)))
        update = see("ffn2.product", self.ffn2(hidden))
        return see("ffn2", stream + update), hidden


def survivors(importance, keep_ppm):
    """Tokens that survive, ascending, class token first: [count, 1 + K]."""
    keep = keep_count(importance.shape[1], keep_ppm)
    best = importance[:, 1:].topk(keep, dim=1).indices + 1
    first = torch.zeros_like(importance[:, :1], dtype=best.dtype)
    return torch.cat([first, best.sort(1).values], 1)


class VisionTransformer(nn.Module):
    """size: Geometry; activation: nn.GELU or nn.ReLU; keep_ppm: per block;
    epsilon: added to the variance by every LayerNorm."""

    def __init__(self, size, activation, keep_ppm, epsilon=EPSILON):
        super().__init__()
        self.epsilon = epsilon
        self.size = size
        self.keep_ppm = keep_ppm
        self.patch = nn.Linear(size.patch_terms, size.width)
        self.position = nn.Parameter(torch.empty(size.tokens, size.width))
        self.blocks = nn.ModuleList(
            Block(size, activation, epsilon) for _ in range(size.depth))
        self.norm = nn.LayerNorm(size.width, eps=epsilon)
        self.head = nn.Linear(size.width, size.classes)
        self.apply(_initialise)
        nn.init.normal_(self.position, std=POSITION_DEVIATION)

    def scale_updates(self, factor):
        """Scales what every block adds to the stream."""
        with torch.no_grad():
            for block in self.blocks:
                for layer in (block.projection, block.ffn2):
                    layer.weight.mul_(factor)
                    layer.bias.mul_(factor)

    def patches(self, images):
        """u8 [count, H, W, C] to [count, patches, P*P*C]."""
        size, patch = self.size, self.size.patch
        grid = normalise_pixels(images).view(
            -1, size.image_height // patch, patch, size.image_width // patch,
            patch, size.image_channels)
        return grid.permute(0, 1, 3, 2, 4, 5).reshape(
            len(images), size.patches, size.patch_terms)

    def forward(self, images, observe=ignore):
        """u8 [count, H, W, C] to (logits [count, classes], hidden maps).

        The hidden maps are each block's [count, n', F] after the activation.
        observe(name, values) sees every tensor that is quantised.
        """
        rows = self.patch(self.patches(images))
        observe("patch.product", rows)
        stream = torch.cat([rows.new_zeros(len(rows), 1, rows.shape[2]), rows],
                           1) + self.position
        observe("embed", stream)
        hidden = []
        for index, block in enumerate(self.blocks):
            stream, values = block(stream, self.keep_ppm[index], observe,
                                   f"blocks.{index}")
            hidden.append(values)
        row = self.norm(stream[:, 0])
        observe("norm", row)
        logits = self.head(row)
        observe("logits", logits)
        return logits, hidden


def _initialise(module):
    """Keeps the variance; 0.02, made for wide networks, learns too slowly."""
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features ** -0.5)
        nn.init.zeros_(module.bias)
