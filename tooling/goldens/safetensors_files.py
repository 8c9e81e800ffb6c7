"""Has the safetensors library write the files that the tests of @convene/safetensors and examples/mobilenet read.

Run with a Python that has torch, torchvision and safetensors; see README.md beside this file.
"""

import os

import torch
from safetensors.torch import save_file
from torch import nn
from torchvision.models import mobilenet_v2

from exporting import answer, randomise, seed_by, settle_statistics, worth_asking, write_answer

ROOT = os.path.join(os.path.dirname(__file__), "../..")
PACKAGE = os.path.join(ROOT, "packages/safetensors/test-files")
EXAMPLE = os.path.join(ROOT, "examples/mobilenet/test-files")


def every_dtype():
    """A few numbers of each type, the edges of their ranges among them; `read.test.ts` has them too."""
    inf, nan = float("inf"), float("nan")
    return {
        "f64": torch.tensor([[0, 0.5], [-1.25, 0.1]], dtype=torch.float64),
        "f32": torch.tensor([[0, 1, -2], [0.5, 3.4e38, inf]]),
        "f16": torch.tensor([1, -2.5, 65504, 2**-24, -(2**-14), 0, -inf, nan], dtype=torch.float16),
        "bf16": torch.tensor([1, -2.5, 2.0**127, -(2.0**-133)], dtype=torch.bfloat16),
        "i64": torch.tensor([-(2**63), 7]),
        "i32": torch.tensor([-(2**31), 7], dtype=torch.int32),
        "i16": torch.tensor([-32768, 7], dtype=torch.int16),
        "i8": torch.tensor([-128, 7, 127], dtype=torch.int8),
        "u8": torch.tensor([[0, 7, 255]], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "single": torch.tensor(3.0),
        "empty": torch.empty(0, 3),
    }


class DepthwiseSeparable(nn.Module):
    """A block of MobileNet V1 with the names that timm gives its parts."""

    def __init__(self, ic, oc, stride):
        super().__init__()
        self.conv_dw = nn.Conv2d(ic, ic, 3, stride, 1, groups=ic, bias=False)
        self.bn1 = nn.BatchNorm2d(ic)
        self.conv_pw = nn.Conv2d(ic, oc, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(oc)

    def forward(self, x):
        return nn.functional.relu6(self.bn2(self.conv_pw(nn.functional.relu6(self.bn1(self.conv_dw(x))))))


class MobilenetV1(nn.Module):
    """timm's `mobilenetv1_100`, with an eighth of its channels."""

    def __init__(self, classes):
        super().__init__()
        self.conv_stem = nn.Conv2d(3, 4, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        ic, stages = 4, []
        for count, stride, oc in ((1, 1, 8), (2, 2, 16), (2, 2, 32), (6, 2, 64), (2, 2, 128)):
            stage = [DepthwiseSeparable(ic if at == 0 else oc, oc, stride if at == 0 else 1) for at in range(count)]
            stages.append(nn.Sequential(*stage))
            ic = oc
        self.blocks = nn.Sequential(*stages)
        self.classifier = nn.Linear(128, classes)

    def forward(self, x):
        x = self.blocks(nn.functional.relu6(self.bn1(self.conv_stem(x))))
        return self.classifier(x.mean([2, 3]))


def write_network(name, network):
    """Half precision, which keeps the file small; PyTorch's answer is that of the weights in the file."""
    for attempt in range(100):
        seed_by(name, attempt)
        settle_statistics(randomise(network), torch.randn(4, 3, 64, 64))
        network.half().float()
        inputs = {"image": torch.randn(1, 3, 64, 64)}
        outputs = dict(zip(["scores"], answer(network, inputs)))
        if worth_asking(outputs):
            break
    state = {key: x.half() if x.is_floating_point() else x for key, x in network.state_dict().items()}
    save_file(state, os.path.join(EXAMPLE, f"{name}.safetensors"), {"format": "pt"})
    write_answer(os.path.join(EXAMPLE, f"{name}.json"), {}, inputs, outputs)


def main():
    for folder in (PACKAGE, EXAMPLE):
        os.makedirs(folder, exist_ok=True)
    save_file(every_dtype(), os.path.join(PACKAGE, "every-dtype.safetensors"), {"format": "pt"})
    write_network("mobilenet-v1", MobilenetV1(10))
    write_network("mobilenet-v2", mobilenet_v2(width_mult=0.1, num_classes=10))


if __name__ == "__main__":
    main()
