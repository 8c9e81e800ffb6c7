"""Has PyTorch write whole torchvision networks as ONNX files, with random weights, and its answer beside each.

    python3 tooling/goldens/onnx_networks.py [folder [name ...]]

Run with a Python that has torch and torchvision; see README.md beside this file. The files are large, so they are written
where they are wanted, to `.cache/models/torch` by default, and not checked in. Each is what somebody gets who exports
that network: 224 x 224, 1000 classes, the exporter's defaults.
"""

import os
import sys

import torch
from torchvision import models

from exporting import answer, export, randomise, seed_by, settle_statistics, worth_asking, write_answer

FOLDER = os.path.join(os.path.dirname(__file__), "../../.cache/models/torch")

# torchvision's name, and the operator set of the file.
NETWORKS = {
    "mobilenet_v2": 13,
    "mobilenet_v3_large": 17,
    "efficientnet_b0": 17,
    "mnasnet1_0": 11,
    "shufflenet_v2_x1_0": 13,
    "squeezenet1_1": 11,
    "resnet18": 9,
    "resnext50_32x4d": 13,
    "regnet_y_400mf": 17,
    "densenet121": 13,
    "convnext_tiny": 17,
}


def write(folder, name, opset):
    seed_by(name)
    network = randomise(getattr(models, name)(weights=None))
    # Two images in which neighbours are alike, as in photographs: white noise would be averaged away.
    coarse = torch.randn(3, 3, 14, 14)
    images = torch.nn.functional.interpolate(coarse, size=224, mode="bilinear") + 0.2 * torch.randn(3, 3, 224, 224)
    settle_statistics(network, images[1:])
    inputs = {"input": images[:1]}
    outputs = dict(zip(["output"], answer(network, inputs)))
    if not worth_asking(outputs):
        sys.exit(f"{name}: its answer could hide a fault")
    size = export(network, inputs, outputs, os.path.join(folder, f"{name}.onnx"), opset)
    write_answer(os.path.join(folder, f"{name}.json"), {"opset": opset}, inputs, outputs)
    print(f"{name:20} operator set {opset:2}, {size / 1e6:6.1f} MB", flush=True)


def main(folder=FOLDER, *names):
    unknown = [name for name in names if name not in NETWORKS]
    if unknown:
        sys.exit(f"no such network: {', '.join(unknown)}; there are {', '.join(NETWORKS)}")
    os.makedirs(folder, exist_ok=True)
    for name in names or NETWORKS:
        write(folder, name, NETWORKS[name])


if __name__ == "__main__":
    main(*sys.argv[1:])
