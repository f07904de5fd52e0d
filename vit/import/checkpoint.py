"""Checkpoints of PyTorch, in the files of the ecosystem, to arrays."""

import numpy as np

from ..train import safetensors
from ..train.errors import InputError
from . import torch_pickle

# NumPy has no bfloat16: its bits are read as u16, which nothing else uses.
DTYPES = {**safetensors.DTYPES, "F16": np.float16, "F32": np.float32,
          "F64": np.float64, "BF16": np.uint16}
NESTED = ("model", "state_dict")
PARALLEL = "module."


def load(path):
    """Returns {key: float32 array} of a .safetensors or .pth file.

    The contents decide, not the file's name. A state dict inside {'model':
    ...} or {'state_dict': ...} is found; the prefix 'module.' of parallel
    training is dropped. InputError names what is damaged, hostile or NaN.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    if data[:4] == b"PK\x03\x04" or torch_pickle.is_legacy(data):
        found = torch_pickle.load(path, data)
        tensors = _arrays(path, _state_dict(path, found))
    elif data[8:9] == b"{":
        del data
        tensors, _ = safetensors.load(path, DTYPES)
    else:
        raise InputError(f"{path}: neither a safetensors file nor one of "
                         "torch.save()")
    if tensors and all(key.startswith(PARALLEL) for key in tensors):
        tensors = {key[len(PARALLEL):]: value
                   for key, value in tensors.items()}
    return {key: _float32(path, key, value)
            for key, value in tensors.items()}


def _state_dict(path, found):
    """The dictionary of tensors in what a pickle held."""
    for key in NESTED:
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
            break
    if not isinstance(found, dict):
        raise InputError(f"{path}: holds a {type(found).__name__}, not a "
                         "state dict")
    for key, value in found.items():
        if not isinstance(key, str):
            raise InputError(f"{path}: a key is a {type(key).__name__}, not "
                             "text")
        if not isinstance(value, torch_pickle.Tensor):
            raise InputError(f"{path}: entry {key!r} is a "
                             f"{type(value).__name__}, not a tensor")
    return found


def _arrays(path, tensors):
    result = {}
    for key, tensor in tensors.items():
        try:
            result[key] = tensor.array()
        except ValueError as error:
            raise InputError(f"{path}: tensor '{key}': {error}") from error
    return result


def _float32(path, key, values):
    if values.dtype == np.uint16:
        values = (values.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):
        values = values.astype(np.float32)
    if not np.all(np.isfinite(values)):
        raise InputError(f"{path}: tensor '{key}' holds NaN or infinity")
    return values
