"""Trains vision transformers with PyTorch and exports them as packages.

| module | what | needs |
|---|---|---|
| `config` | one YAML file per task, checked | NumPy, YAML |
| `tasks`, `digits`, `clutter` | images, splits, augmentation | scikit-learn |
| `model`, `losses`, `training` | the float network and its training | PyTorch |
| `calibration`, `quantise`, `export` | float network to integers | PyTorch |
| `safetensors`, `package`, `integer`, `evaluate` | the integers | NumPy |
| `compare`, `pictures`, `svg` | what a platform run decided | NumPy |

`python3 -m vit.train digits` runs the whole recipe (docs/training.md);
`python3 -m vit.train.evaluate PACKAGE IMAGES` runs a package.
"""
