"""Random weights and statistics for a PyTorch module, and the module as an ONNX file with PyTorch's answer beside it.

What `onnx_blocks.py` and `onnx_networks.py` share.
"""

import base64
import copy
import inspect
import io
import json
import os
import re
import warnings
import zlib

import numpy as np
import torch
from torch import nn

torch.set_grad_enabled(False)
torch.set_num_threads(1)
# The exporter's advice to people who export by hand: of constants that it folds itself, and of sizes that a trace fixes.
warnings.filterwarnings("ignore")


# From PyTorch 2.9 on, another exporter is the default, which needs more packages. The options below are those of the old one.
OLD_EXPORTER = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}


def seed_by(name, attempt=0):
    """A file depends on its own name only, so a new file changes no other one."""
    torch.manual_seed(zlib.crc32(name.encode()) + attempt)


def randomise(module):
    """Weights that keep the size of what passes through them, and scales and shifts as training leaves them."""
    for part in module.modules():
        if isinstance(part, (nn.Conv2d, nn.Linear)):
            terms = part.weight[0].numel()
            part.weight.normal_(0, (1.5 / terms) ** 0.5)
        elif isinstance(part, nn.ConvTranspose2d):
            terms = part.weight[:, 0].numel() / part.groups / (part.stride[0] * part.stride[1])
            part.weight.normal_(0, (1.5 / terms) ** 0.5)
        elif isinstance(part, nn.BatchNorm2d):
            part.weight.uniform_(0.5, 1.5)
            part.bias.normal_(0, 0.3)
            part.running_mean.normal_(0, 0.5)
            part.running_var.uniform_(0.4, 1.6)
        elif isinstance(part, (nn.GroupNorm, nn.InstanceNorm2d, nn.LayerNorm)) and getattr(part, "weight", None) is not None:
            part.weight.uniform_(0.5, 1.5)
        if getattr(part, "bias", None) is not None and not isinstance(part, nn.BatchNorm2d):
            part.bias.normal_(0, 0.2)
    return module.eval()


def settle_statistics(module, x):
    """Gives each batch normalisation the statistics of what it really sees. In a deep network, random ones would drive the
    values out of float32 or into nothing."""
    norms = [part for part in module.modules() if isinstance(part, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all that it has seen
        norm.train()
    module(x)
    return module.eval()


def export(module, inputs, outputs, path, opset, fuse=True, fold=True, dynamic=None):
    """Writes the ONNX file.

    fuse: whether the exporter folds batch normalisation into the convolution before it. Without, its nodes survive.
    fold: whether the exporter computes what depends on constants only (`do_constant_folding`).
    dynamic: symbolic dimensions, `{name: {axis: symbol}}`.
    """
    mode = torch.onnx.TrainingMode
    buffer = io.BytesIO()
    torch.onnx.export(module, tuple(inputs.values()), buffer, input_names=list(inputs), output_names=list(outputs),
                      opset_version=opset, do_constant_folding=fold, training=mode.EVAL if fuse else mode.PRESERVE,
                      dynamic_axes=dynamic or {}, **OLD_EXPORTER)
    with open(path, "wb") as file:
        file.write(buffer.getvalue())
    return buffer.tell()


def answer(module, inputs):
    """The module's outputs, computed in float64 and rounded to float32 once."""
    exact = copy.deepcopy(module).double().eval()
    result = exact(*(x.double() for x in inputs.values()))
    return [y.float() for y in (result if isinstance(result, (tuple, list)) else [result])]


def worth_asking(outputs):
    """Whether a fault could show: values that differ from each other, most of them not zero, none of them huge."""
    for y in outputs.values():
        values = y.numpy().ravel()
        most = float(np.abs(values).max())
        if not (np.isfinite(values).all() and (values != 0).mean() > 0.4 and 0.05 < most < 1000):
            return False
        if values.size > 1 and float(values.max() - values.min()) < 0.3 * most:
            return False
    return True


def encode(tensors):
    """Each tensor's dimensions, and its float32 values, little-endian, in base64."""
    return {name: {"dims": list(x.shape), "data": base64.b64encode(x.numpy().astype("<f4").tobytes()).decode()}
            for name, x in tensors.items()}


def write_answer(path, about, inputs, outputs):
    text = json.dumps({**about, "torch": torch.__version__, "inputs": encode(inputs), "outputs": encode(outputs)}, indent=2)
    # Lists of dimensions in one line, as the repository's formatter has them.
    text = re.sub(r"\[[\d\s,]+\]", lambda dims: "[" + ", ".join(re.findall(r"\d+", dims[0])) + "]", text)
    with open(path, "w") as file:
        file.write(text + "\n")
    return os.path.getsize(path)
