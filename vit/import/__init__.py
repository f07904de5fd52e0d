"""Reads checkpoints of DeiT and ViT and makes packages of them.

| module | what | needs |
|---|---|---|
| `checkpoint`, `torch_pickle` | .safetensors and .pth to arrays, safely | NumPy |
| `networks` | the networks that are known, their key names | NumPy |
| `folder`, `images` | folders of pictures to image sets | Pillow |
| `recipe`, `agreement` | ReLU, fine-tuning, package, comparison | PyTorch |

`python3 -m vit.import CHECKPOINT ...` makes a package, `python3 -m
vit.import.images FOLDER ...` an image set; docs/import.md.
"""
