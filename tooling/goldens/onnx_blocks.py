"""Has PyTorch write one small ONNX file a family of networks, random weights and all, and its answer beside each.

Run with a Python that has torch and torchvision; see README.md beside this file. What is written is checked in, and
packages/onnx/src/torch-files-on-backends.test.ts replays it on every backend. The blocks are torchvision's own classes with few
channels where torchvision has the family, and plain torch.nn otherwise.
"""

import os
import sys
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import convnext, densenet, efficientnet, mnasnet, mobilenetv2, mobilenetv3, regnet
from torchvision.models import resnet, shufflenetv2, squeezenet

from exporting import answer, export, randomise, seed_by, worth_asking, write_answer

FOLDER = os.path.join(os.path.dirname(__file__), "../../packages/onnx/test-files/torch")
MOST_BYTES = 2_000_000

# --- Blocks, by family ------------------------------------------------------------------------------------------------


def conv_norm(ic, oc, kernel, stride=1, groups=1, activation=nn.ReLU):
    """A convolution without bias, its batch normalisation, and an activation."""
    layers = [nn.Conv2d(ic, oc, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(oc)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


def head(channels, classes=10):
    """Global average pooling and a classifier."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(channels, classes))


def mobilenet_v1():
    """Depthwise separable convolutions; torchvision has no such network."""
    return nn.Sequential(
        conv_norm(3, 8, 3, 2, activation=nn.ReLU6),
        conv_norm(8, 8, 3, 1, groups=8, activation=nn.ReLU6), conv_norm(8, 16, 1, activation=nn.ReLU6),
        conv_norm(16, 16, 3, 2, groups=16, activation=nn.ReLU6), conv_norm(16, 24, 1, activation=nn.ReLU6),
        head(24))


def mobilenet_v2():
    block = mobilenetv2.InvertedResidual
    return nn.Sequential(conv_norm(3, 8, 3, 2, activation=nn.ReLU6), block(8, 8, 1, 1), block(8, 12, 2, 6), block(12, 12, 1, 6),
                         head(12))


def mobilenet_v3():
    """With and without squeeze-excite, with relu and with hardswish, and the head with its hardswish between two layers."""
    config = partial(mobilenetv3.InvertedResidualConfig, dilation=1, width_mult=1.0)
    norm = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
    block = mobilenetv3.InvertedResidual
    return nn.Sequential(
        conv_norm(3, 8, 3, 2, activation=nn.Hardswish),
        block(config(8, 3, 16, 16, False, "RE", 2), norm),
        block(config(16, 5, 24, 16, True, "RE", 1), norm),
        block(config(16, 5, 32, 24, True, "HS", 2), norm),
        conv_norm(24, 32, 1, activation=nn.Hardswish),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 20), nn.Hardswish(), nn.Linear(20, 10))


def efficientnet_block():
    config = partial(efficientnet.MBConvConfig, num_layers=1, width_mult=1.0, depth_mult=1.0)
    norm = partial(nn.BatchNorm2d, eps=0.001)
    block = efficientnet.MBConv
    return nn.Sequential(conv_norm(3, 8, 3, 2, activation=nn.SiLU), block(config(1, 3, 1, 8, 8), 0.0, norm),
                         block(config(6, 5, 2, 8, 16), 0.1, norm), block(config(6, 5, 1, 16, 16), 0.1, norm))


class Mnasnet(nn.Module):
    """Its head is a mean over two axes, not a pooling."""

    def __init__(self):
        super().__init__()
        block = mnasnet._InvertedResidual
        self.layers = nn.Sequential(conv_norm(3, 8, 3, 2), block(8, 12, 3, 2, 3), block(12, 12, 5, 1, 3), conv_norm(12, 24, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(24, 10))

    def forward(self, x):
        return self.classifier(self.layers(x).mean([2, 3]))


class ShufflenetV2(nn.Module):
    def __init__(self):
        super().__init__()
        block = shufflenetv2.InvertedResidual
        self.layers = nn.Sequential(conv_norm(3, 8, 3, 2), nn.MaxPool2d(3, 2, 1), block(8, 16, 2), block(16, 16, 1),
                                    block(16, 16, 1))
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.layers(x)
        return x, self.fc(x.mean([2, 3]))


def squeezenet_block():
    """Its pooling counts the last, incomplete window (`ceil_mode`), and its classifier is a convolution."""
    fire = squeezenet.Fire
    return nn.Sequential(nn.Conv2d(3, 16, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), fire(16, 4, 8, 8),
                         fire(16, 4, 8, 8), nn.MaxPool2d(3, 2, ceil_mode=True), fire(16, 6, 12, 12),
                         nn.Dropout(), nn.Conv2d(24, 10, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Resnet(nn.Module):
    """A stem, a block that only adds, one that takes a shortcut of its own, and two outputs."""

    def __init__(self, block, *arguments):
        super().__init__()
        width = 4 * block.expansion
        self.stem = nn.Sequential(conv_norm(3, width, 7, 2), nn.MaxPool2d(3, 2, 1))
        shortcut = nn.Sequential(nn.Conv2d(width, 2 * width, 1, 2, bias=False), nn.BatchNorm2d(2 * width))
        self.blocks = nn.Sequential(block(width, 4, 1, None, *arguments), block(width, 8, 2, shortcut, *arguments))
        self.fc = nn.Linear(2 * width, 10)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return x, self.fc(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1))


def regnet_y():
    arguments = dict(norm_layer=nn.BatchNorm2d, activation_layer=nn.ReLU, group_width=8, bottleneck_multiplier=1.0, se_ratio=0.25)
    return nn.Sequential(conv_norm(3, 8, 3, 2), regnet.ResBottleneckBlock(8, 24, 2, **arguments),
                         regnet.ResBottleneckBlock(24, 24, 1, **arguments))


def densenet_block():
    """Batch normalisation stands before its convolution here, so no exporter folds it."""
    return nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
                         densenet._DenseBlock(3, 8, 2, 6, 0.0), densenet._Transition(26, 12),
                         densenet._DenseBlock(2, 12, 2, 6, 0.0), nn.BatchNorm2d(24), nn.ReLU())


def convnext_block():
    """torchvision's stem, block, downsampling and block: LayerNorm over channels, as images and as NHWC, depthwise 7x7, gelu, a scale
    for each channel, and a residual."""
    norm = partial(convnext.LayerNorm2d, eps=1e-6)
    blocks = [convnext.CNBlock(channels, 1e-6, 0.0, partial(nn.LayerNorm, eps=1e-6)) for channels in (12, 16)]
    for block in blocks:
        block.layer_scale.uniform_(0.3, 1.0)
    return nn.Sequential(nn.Conv2d(3, 12, 4, 4), norm(12), blocks[0], norm(12), nn.Conv2d(12, 16, 2, 2), blocks[1])


def style_block():
    """What networks of style transfer consist of: instance normalisation with and without weights, reflected padding, upsampling."""
    return nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(3, 8, 3, 2), nn.InstanceNorm2d(8, affine=True), nn.ReLU(),
                         nn.Conv2d(8, 12, 3, 1, 1), nn.InstanceNorm2d(12), nn.ReLU(), nn.Upsample(scale_factor=2),
                         nn.Conv2d(12, 3, 3, 1, 1), nn.Tanh())


def group_norm_block():
    """Groups of four channels, one group of all, and normalisation of whole images."""
    return nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.GroupNorm(4, 16), nn.SiLU(), nn.Conv2d(16, 12, 3, 1, 1, groups=4),
                         nn.GroupNorm(1, 12), nn.ReLU(), nn.Conv2d(12, 6, 1), nn.LayerNorm([6, 12, 10], elementwise_affine=False))


def twice(ic, oc):
    """What every U-Net has on each level."""
    return nn.Sequential(conv_norm(ic, oc, 3), conv_norm(oc, oc, 3))


class Unet(nn.Module):
    """Two levels down and up again; `up` makes what doubles the size, of so many channels."""

    def __init__(self, up, pads=False):
        super().__init__()
        self.pads = pads
        self.first, self.second, self.third = twice(3, 6), twice(6, 12), twice(12, 24)
        self.up2, self.up1 = up(24, 12), up(12, 6)
        self.join2, self.join1 = twice(24, 12), twice(12, 6)
        self.last = nn.Conv2d(6, 2, 1)

    def beside(self, skipped, x):
        if self.pads:  # where a size was odd, what comes up again is smaller by one
            rows, columns = skipped.size()[2] - x.size()[2], skipped.size()[3] - x.size()[3]
            x = F.pad(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
        return torch.cat([skipped, x], dim=1)

    def forward(self, x):
        a = self.first(x)
        b = self.second(F.max_pool2d(a, 2))
        c = self.third(F.max_pool2d(b, 2))
        b = self.join2(self.beside(b, self.up2(c)))
        return self.last(self.join1(self.beside(a, self.up1(b))))


def up_transposed(ic, oc):
    return nn.ConvTranspose2d(ic, oc, 2, 2)


def up_overlapping(ic, oc):
    """Taps overlap, groups are half the channels, and the last row and column is `output_padding`'s."""
    return nn.Sequential(nn.ConvTranspose2d(ic, oc, 3, 2, padding=1, output_padding=1, groups=2), nn.ReLU(),
                         nn.ConvTranspose2d(oc, oc, 3, 1, padding=2, dilation=2, groups=oc, bias=False))


def up_bilinear(align_corners):
    return lambda ic, oc: nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=align_corners),
                                        nn.Conv2d(ic, oc, 1))


def up_nearest(ic, oc):
    return nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), nn.Conv2d(ic, oc, 3, padding=1))


def espcn():
    """Sub-pixel convolution: three times as many rows and columns, from nine times as many channels."""
    return nn.Sequential(nn.Conv2d(1, 16, 5, padding=2), nn.Tanh(), nn.Conv2d(16, 8, 3, padding=1), nn.Tanh(),
                         nn.Conv2d(8, 9, 3, padding=1), nn.PixelShuffle(3))


class Dncnn(nn.Module):
    """What it computes is the noise, which is taken away from the image."""

    def __init__(self):
        super().__init__()
        self.noise = nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), conv_norm(12, 12, 3), conv_norm(12, 12, 3),
                                   nn.Conv2d(12, 1, 3, padding=1, bias=False))

    def forward(self, x):
        return x - self.noise(x)


# --- Files ------------------------------------------------------------------------------------------------------------

ONE = ["output"]
TWO = ["features", "scores"]
ANY_SIZE = {"image": {0: "batch", 2: "height", 3: "width"}}
ANY_BATCH = {"image": {0: "batch"}}

# Name, what makes the block, input, outputs, operator set, and how it is exported. Between them: batch normalisation folded
# by the exporter and left as nodes, constants folded and left as nodes, fixed and symbolic dimensions.
FILES = [
    ("mobilenet-v1", mobilenet_v1, (1, 3, 32, 32), ONE, 9, {}),
    ("mobilenet-v2", mobilenet_v2, (1, 3, 32, 32), ONE, 11, dict(fuse=False)),
    ("mobilenet-v2-any-batch", mobilenet_v2, (2, 3, 24, 24), ONE, 17, dict(dynamic=ANY_BATCH)),
    ("mobilenet-v3", mobilenet_v3, (1, 3, 32, 32), ONE, 11, dict(fuse=False, fold=False)),
    ("mobilenet-v3-hard-swish", mobilenet_v3, (1, 3, 32, 32), ONE, 14, {}),
    ("efficientnet", efficientnet_block, (1, 3, 32, 32), ONE, 13, dict(fuse=False)),
    ("mnasnet", Mnasnet, (1, 3, 40, 40), ONE, 9, dict(fuse=False)),
    ("shufflenet-v2", ShufflenetV2, (1, 3, 32, 32), TWO, 9, dict(fuse=False, fold=False)),
    ("shufflenet-v2-any-size", ShufflenetV2, (2, 3, 40, 24), TWO, 11, dict(dynamic=ANY_SIZE)),
    ("squeezenet", squeezenet_block, (1, 3, 37, 37), ONE, 10, {}),
    ("resnet-basic", partial(Resnet, resnet.BasicBlock), (1, 3, 32, 32), TWO, 13, dict(fuse=False)),
    ("resnet-bottleneck", partial(Resnet, resnet.Bottleneck), (1, 3, 32, 32), TWO, 9, {}),
    ("resnext", partial(Resnet, resnet.Bottleneck, 4, 128), (1, 3, 32, 32), TWO, 17, dict(fuse=False)),
    ("regnet-y", regnet_y, (1, 3, 24, 24), ONE, 13, dict(fuse=False, fold=False)),
    ("densenet", densenet_block, (1, 3, 40, 40), ONE, 11, {}),
    ("densenet-any-size", densenet_block, (1, 3, 48, 40), ONE, 17, dict(fuse=False, fold=False, dynamic=ANY_SIZE)),
    ("convnext", convnext_block, (1, 3, 32, 32), ONE, 17, dict(fuse=False)),
    ("convnext-in-pieces", convnext_block, (1, 3, 32, 32), ONE, 13, {}),
    ("style", style_block, (2, 3, 24, 20), ONE, 13, {}),
    ("style-any-size", style_block, (1, 3, 20, 24), ONE, 17, dict(fold=False, dynamic=ANY_SIZE)),
    ("group-norm", group_norm_block, (2, 3, 24, 20), ONE, 13, {}),
    ("unet", partial(Unet, up_transposed), (1, 3, 24, 24), ONE, 11, dict(dynamic=ANY_BATCH)),
    ("unet-overlapping", partial(Unet, up_overlapping), (1, 3, 24, 24), ONE, 13, dict(fuse=False)),
    ("unet-bilinear", partial(Unet, up_bilinear(False)), (1, 3, 24, 24), ONE, 17, dict(fuse=False)),
    ("unet-bilinear-corners", partial(Unet, up_bilinear(True)), (1, 3, 24, 24), ONE, 11, {}),
    ("unet-nearest", partial(Unet, up_nearest), (1, 3, 24, 24), ONE, 9, dict(fuse=False, fold=False)),
    ("unet-padded", partial(Unet, up_transposed, True), (1, 3, 23, 30), ONE, 11, {}),
    ("unet-padded-any-size", partial(Unet, up_transposed, True), (1, 3, 23, 30), ONE, 13, dict(dynamic=ANY_SIZE)),
    ("espcn", espcn, (1, 1, 16, 16), ONE, 11, dict(dynamic=ANY_SIZE)),
    ("espcn-reshapes", espcn, (1, 1, 16, 16), ONE, 9, {}),
    ("dncnn", Dncnn, (1, 1, 24, 24), ONE, 9, dict(fuse=False)),
    ("dncnn-any-size", Dncnn, (1, 1, 24, 20), ONE, 13, dict(dynamic=ANY_SIZE)),
]


def write(name, make, shape, names, opset, options):
    for attempt in range(100):
        seed_by(name, attempt)
        module = randomise(make())
        inputs = {"image": torch.randn(shape)}
        outputs = dict(zip(names, answer(module, inputs)))
        if worth_asking(outputs):
            break
    else:
        sys.exit(f"{name}: whatever its weights are, its answer could hide a fault")
    size = export(module, inputs, names, os.path.join(FOLDER, f"{name}.onnx"), opset, **options)
    size += write_answer(os.path.join(FOLDER, f"{name}.json"), {"opset": opset}, inputs, outputs)
    print(f"{name:24} operator set {opset:2}, {size:7} bytes")
    return size


def main():
    os.makedirs(FOLDER, exist_ok=True)
    total = sum(write(*file) for file in FILES)
    print(f"{len(FILES)} files, {total} bytes, PyTorch {torch.__version__}")
    if total > MOST_BYTES:
        sys.exit(f"that is more than {MOST_BYTES}")


if __name__ == "__main__":
    main()
