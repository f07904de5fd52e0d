"""The networks as timm computes them, written from their papers."""

import torch
from torch.nn import functional


def reference(state, images, heads, mean, deviation,
              activation=functional.gelu):
    """timm's forward: u8 [n, 224, 224, 3] to logits, in float64."""
    tensors = {key: torch.from_numpy(values).double()
               for key, values in state.items()}

    def apply(operation, rows, key, *more):
        return operation(rows, *more, tensors[f"{key}.weight"],
                         tensors[f"{key}.bias"])

    def norm(rows, key):
        return functional.layer_norm(
            rows, rows.shape[-1:], tensors[f"{key}.weight"],
            tensors[f"{key}.bias"], 1e-6)

    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).double() / 255
    pixels = ((pixels - torch.tensor(mean).view(3, 1, 1))
              / torch.tensor(deviation).view(3, 1, 1))
    rows = functional.conv2d(pixels, tensors["patch_embed.proj.weight"],
                             tensors["patch_embed.proj.bias"], 16)
    rows = rows.flatten(2).transpose(1, 2)
    rows = torch.cat([tensors["cls_token"].expand(len(rows), -1, -1), rows], 1)
    rows = rows + tensors["pos_embed"]
    index = 0
    while f"blocks.{index}.norm1.weight" in tensors:
        block = f"blocks.{index}"
        query, key, value = (
            part.unflatten(2, (heads, -1)).transpose(1, 2)
            for part in apply(functional.linear, norm(rows, f"{block}.norm1"),
                              f"{block}.attn.qkv").chunk(3, 2))
        scores = query @ key.mT / query.shape[-1] ** 0.5
        context = (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)
        rows = rows + apply(functional.linear, context, f"{block}.attn.proj")
        hidden = activation(apply(
            functional.linear, norm(rows, f"{block}.norm2"),
            f"{block}.mlp.fc1"))
        rows = rows + apply(functional.linear, hidden, f"{block}.mlp.fc2")
        index += 1
    return apply(functional.linear, norm(rows[:, 0], "norm"), "head").numpy()
