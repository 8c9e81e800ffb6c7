"""Asks PyTorch for the answers that the conformance suite holds every backend to, and writes them to one file.

Run with a Python that has torch and numpy; see README.md beside this file. Nothing else in the repository needs
Python: the file that this writes is checked in, and packages/conformance/src/goldens.ts documents its format.

Every value is chosen so that float64 holds every product and every sum exactly. The expected outputs are therefore
the true ones, with no rounding of the oracle's own, and the same bytes on any machine whatever order it sums in.
"""

import gzip
import itertools
import json
import os
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F

OUTPUT = os.path.join(os.path.dirname(__file__), "../../packages/conformance/goldens/pytorch.bin.gz")
FORMAT = "convene-goldens"
VERSION = 1
TOTAL = 330  # convolutions in the file
MOST_RESULTS = 3000  # in one case: pairs are as well covered by a small case, and the file is carried in the package
TORCH_MODE = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}

# --- Problems ---------------------------------------------------------------------------------------------------------


def problem(**given):
    """A problem as core's `conv2dProblem` resolves it: the same keys, the same defaults."""
    p = dict(n=1, g=1, iw=given["ih"], kw=given["kh"], sh=1, pt=0, pl=0, pb=0, pr=0, dh=1, mode="zeros", bias=True,
             residual=False, activation=None)
    pad = given.pop("pad", None)
    if pad is not None:
        p.update(pt=pad, pl=pad, pb=pad, pr=pad)
    p.update(given)
    p.setdefault("sw", p["sh"])
    p.setdefault("dw", p["dh"])
    assert p["ic"] % p["g"] == 0 and p["oc"] % p["g"] == 0, p
    for size, kernel, dilation, pads in (("ih", "kh", "dh", ("pt", "pb")), ("iw", "kw", "dw", ("pl", "pr"))):
        assert axis_feasible(p[kernel], p[dilation], p[size], p[pads[0]], p[pads[1]], p["mode"]), (size, p)
    return p


def axis_feasible(kernel, dilation, size, before, after, mode):
    """Whether one axis has an output, within PyTorch's limits on each padding mode."""
    most = {"reflect": size - 1, "circular": size}.get(mode, float("inf"))
    return max(before, after) <= most and size + before + after >= (kernel - 1) * dilation + 1


def format_problem(p):
    """What core's `formatProblem` gives."""
    words = []

    def put(key, value, standard):
        if value != standard:
            words.append(f"{key}{value}")

    put("n", p["n"], 1)
    put("g", p["g"], 1)
    words += [f"ic{p['ic']}", f"ih{p['ih']}"]
    put("iw", p["iw"], p["ih"])
    words += [f"oc{p['oc']}", f"kh{p['kh']}"]
    put("kw", p["kw"], p["kh"])
    put("sh", p["sh"], 1)
    put("sw", p["sw"], p["sh"])
    if p["pt"] == p["pb"] and p["pl"] == p["pr"]:
        put("ph", p["pt"], 0)
        put("pw", p["pl"], p["pt"])
    else:
        for key in ("pt", "pl", "pb", "pr"):
            put(key, p[key], 0)
    put("dh", p["dh"], 1)
    put("dw", p["dw"], p["dh"])
    if p["mode"] != "zeros":
        words.append(p["mode"])
    if not p["bias"]:
        words.append("nobias")
    if p["residual"]:
        words.append("residual")
    if isinstance(p["activation"], str):
        words.append(p["activation"])
    elif p["activation"]:
        words.append("clamp" + ":".join(format_number(bound) for bound in p["activation"]))
    return "_".join(words)


def format_number(value):
    """A number as JavaScript writes it, for the few that clamps use here: integers, short fractions, infinities."""
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) else repr(float(value))


# --- Pairwise covering ------------------------------------------------------------------------------------------------
# Every pair of levels of two different factors that can occur together occurs in some case. Cases are built one at a
# time: fix a pair that is still missing, then give each other factor the level that adds most missing pairs, among the
# levels from which a valid problem can still be reached. So nothing is generated that would have to be repaired.

MULTIPLIER = {"depthwise": 1, "depthwise x2": 2, "depthwise x3": 3}
GROUPS = ["1", "2", "3", *MULTIPLIER]
FACTORS = {
    "n": [1, 2, 3],
    "groups": GROUPS,
    "ic/g": [1, 2, 3, 4, 5, 8],
    "oc/g": [1, 2, 3, 4, 5, 8, 9, 17],
    "kh": [1, 2, 3, 4, 5, 6, 7],
    "kw": [1, 2, 3, 4, 5, 6, 7],
    "sh": [1, 2, 3],
    "sw": [1, 2, 3],
    "dh": [1, 2, 3],
    "dw": [1, 2, 3],
    "pt": [0, 1, 2, 3, 4],
    "pl": [0, 1, 2, 3, 4],
    "pb": [0, 1, 2, 3, 4],
    "pr": [0, 1, 2, 3, 4],
    "mode": list(TORCH_MODE),
    "ih": list(range(1, 13)),
    "iw": list(range(1, 13)),
    "bias": [True, False],
    "activation": ["none", "relu", "relu6", "clamp"],
    "residual": [False, True],
    "kind": ["integer", "real"],
}
NAMES = list(FACTORS)
CHANNELS = ("groups", "ic/g", "oc/g")
AXES = (("kh", "dh", "ih", "pt", "pb", "mode"), ("kw", "dw", "iw", "pl", "pr", "mode"))
DEPTHWISE_CHANNELS = [2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17]


def groups_kind(g, icg, ocg):
    """Which level of the factor `groups` a problem has; None if it has no level of its own."""
    if g > 1 and icg == 1 and ocg <= 3:
        return list(MULTIPLIER)[ocg - 1]
    return str(g) if g <= 3 else None


def channels_feasible(groups, icg, ocg):
    if groups in MULTIPLIER:
        return icg == 1 and ocg == MULTIPLIER[groups]
    return groups_kind(int(groups), icg, ocg) == groups


def table(names, feasible):
    shape = [len(FACTORS[name]) for name in names]
    result = np.zeros(shape, bool)
    for index in np.ndindex(*shape):
        result[index] = feasible(*(FACTORS[name][i] for name, i in zip(names, index)))
    return result


CHANNEL_TABLE = table(CHANNELS, channels_feasible)
AXIS_TABLE = table(AXES[0], lambda k, d, size, before, after, mode: axis_feasible(k, d, size, before, after, mode))


def feasible(partial):
    """Whether a valid problem agrees with `partial`, a dict from factor name to level index."""

    def rest(names, lookup):
        return lookup[tuple(partial.get(name, slice(None)) for name in names)]

    if not rest(CHANNELS, CHANNEL_TABLE).any():
        return False
    modes = [partial["mode"]] if "mode" in partial else range(len(FACTORS["mode"]))
    return any(all(rest(axis, AXIS_TABLE[..., mode]).any() for axis in (AXES[0][:5], AXES[1][:5])) for mode in modes)


OFFSET = dict(zip(NAMES, np.cumsum([0] + [len(levels) for levels in FACTORS.values()])))
LEVELS = sum(len(levels) for levels in FACTORS.values())


def flat(assignment):
    return [OFFSET[name] + level for name, level in assignment.items()]


def all_pairs():
    """(pairs to cover, pairs that no problem has) as lists of (factor, level, factor, level)."""
    wanted, impossible = [], []
    for a, b in itertools.combinations(NAMES, 2):
        for i, j in itertools.product(range(len(FACTORS[a])), range(len(FACTORS[b]))):
            (wanted if feasible({a: i, b: j}) else impossible).append((a, i, b, j))
    return wanted, impossible


def mark(missing, assignment):
    index = flat(assignment)
    missing[np.ix_(index, index)] = False


def draw_level(rng, name, levels):
    """A level at random; kernels are 1 and 3 more often, as they are in networks."""
    weights = np.array([4.0 if name in ("kh", "kw") and FACTORS[name][i] in (1, 3) else 1.0 for i in levels])
    return levels[rng.choice(len(levels), p=weights / weights.sum())]


def complete(rng, assignment, missing):
    """Gives every factor a level; each takes the one that adds most missing pairs, or with `missing` None any."""
    for name in rng.permutation([name for name in NAMES if name not in assignment]):
        possible = [i for i in range(len(FACTORS[name])) if feasible({**assignment, name: i})]
        if missing is not None:
            gain = missing[np.ix_([OFFSET[name] + i for i in possible], flat(assignment))].sum(1)
            possible = [i for i, g in zip(possible, gain) if g == gain.max()]
        assignment[str(name)] = draw_level(rng, name, possible)
    return assignment


def case_of(rng, assignment):
    """(problem, kind) of a full assignment."""
    a = {name: FACTORS[name][level] for name, level in assignment.items()}
    g = int(rng.choice(DEPTHWISE_CHANNELS)) if a["groups"] in MULTIPLIER else int(a["groups"])
    same = {key: a[key] for key in ("n", "kh", "kw", "sh", "sw", "dh", "dw", "pt", "pl", "pb", "pr", "mode", "ih", "iw",
                                    "bias", "residual")}
    activation = None if a["activation"] == "none" else a["activation"]
    return problem(g=g, ic=g * a["ic/g"], oc=g * a["oc/g"], activation=activation, **same), a["kind"]


def assignment_of(p, kind):
    """The levels that a problem really has, read off the problem; values that are no level of a factor are left out."""
    activation = p["activation"] if isinstance(p["activation"], str) else "clamp" if p["activation"] else "none"
    icg, ocg = p["ic"] // p["g"], p["oc"] // p["g"]
    values = {**p, "groups": groups_kind(p["g"], icg, ocg), "ic/g": icg, "oc/g": ocg, "activation": activation, "kind": kind}
    return {name: FACTORS[name].index(values[name]) for name in NAMES if values[name] in FACTORS[name]}


def covering_cases(rng, cases, total):
    """Adds to the solved `cases` until all pairs are covered, then at random until there are `total`."""
    missing = np.zeros((LEVELS, LEVELS), bool)
    for a, i, b, j in all_pairs()[0]:
        x, y = OFFSET[a] + i, OFFSET[b] + j
        missing[x, y] = missing[y, x] = True
    for p, kind, _, _ in cases:
        mark(missing, assignment_of(p, kind))
    where = {int(OFFSET[name]) + level: (name, level) for name in NAMES for level in range(len(FACTORS[name]))}
    refused = 0
    while missing.any() or len(cases) < total:
        covering = missing.any()
        best, best_gain = None, -1
        for _ in range(6 if covering else 1):
            fixed = {}
            if covering:
                pairs = np.argwhere(missing)
                fixed = dict(where[int(level)] for level in pairs[rng.randint(len(pairs))])
            candidate = complete(rng, fixed, missing if covering else None)
            gain = missing[np.ix_(flat(candidate), flat(candidate))].sum()
            if gain > best_gain:
                best, best_gain = candidate, gain
        p, kind = case_of(rng, best)
        solved = solve(p, kind) if p["n"] * p["oc"] * np.prod(output_size(p)) <= MOST_RESULTS else None
        if solved is None:  # its pairs stay missing, and are tried again with other levels around them
            refused += 1
            assert refused < 500, "some pair has no case that would show a fault"
            continue
        mark(missing, best)
        cases.append(solved)
        if covering and not missing.any():
            print(f"{len(cases)} cases, corners included, cover all pairs; {total - len(cases)} more at random")
    print(f"{refused} candidates replaced: too many results, or too few that could show a fault")


def report_coverage(cases):
    """Checks the claim from the finished problems alone. Returns whether it holds."""
    seen = np.zeros((LEVELS, LEVELS), bool)
    for p, kind, _, _ in cases:
        index = flat(assignment_of(p, kind))
        seen[np.ix_(index, index)] = True
    wanted, impossible = all_pairs()
    left = [pair for pair in wanted if not seen[OFFSET[pair[0]] + pair[1], OFFSET[pair[2]] + pair[3]]]
    print(f"pairs of levels: {len(wanted) - len(left)} of {len(wanted)} covered; {len(impossible)} that no problem has:")
    grouped = {}
    for a, i, b, j in impossible:
        grouped.setdefault((a, FACTORS[a][i], b), []).append(FACTORS[b][j])
    for (a, value, b), levels in grouped.items():
        print(f"  {a} {value} with {b} {', '.join(map(str, levels))}")
    for a, i, b, j in left:
        print(f"  NOT COVERED: {a} {FACTORS[a][i]} with {b} {FACTORS[b][j]}")
    return not left


# --- Corners ----------------------------------------------------------------------------------------------------------
# Chosen by hand, each run in both kinds.

INF = float("inf")
CORNERS = [
    # Inputs of one pixel, and of one row or column.
    dict(ic=1, ih=1, oc=1, kh=1),
    dict(ic=3, ih=1, oc=5, kh=1, activation="relu"),
    dict(ic=4, ih=1, oc=4, kh=3, pad=1),
    dict(ic=2, ih=1, oc=3, kh=7, pad=3, bias=False),
    dict(ic=2, ih=1, oc=3, kh=5, pad=4, mode="replicate"),
    dict(ic=3, ih=1, oc=2, kh=3, pad=1, mode="circular"),
    dict(ic=3, ih=1, iw=12, oc=4, kh=1, kw=7, pl=3, pr=3),
    dict(ic=3, ih=12, iw=1, oc=4, kh=7, kw=1, pt=3, pb=3, mode="reflect"),
    # Inputs smaller than the kernel.
    dict(ic=2, ih=3, oc=4, kh=7, pad=2),
    dict(ic=2, ih=2, iw=5, oc=4, kh=5, pt=2, pb=1, pl=1, pr=0),
    dict(ic=2, ih=4, oc=4, kh=3, dh=3, pad=2, mode="replicate"),
    # The largest pads that each mode allows.
    dict(ic=2, ih=4, oc=3, kh=7, pad=3, mode="reflect"),
    dict(ic=2, ih=3, oc=3, kh=7, pad=3, mode="circular"),
    dict(ic=2, ih=2, iw=3, oc=3, kh=3, pt=1, pb=0, pl=2, pr=1, mode="reflect"),
    # Outputs that see nothing but padding.
    dict(ic=3, ih=3, oc=4, kh=1, pad=4),
    dict(ic=3, ih=2, oc=4, kh=2, sh=3, pad=4, residual=True),
    # Padding on one edge only, in every mode.
    dict(g=2, ic=4, ih=5, oc=6, kh=3, pt=2),
    dict(g=2, ic=4, ih=5, oc=6, kh=3, pl=2, mode="reflect"),
    dict(g=2, ic=4, ih=5, oc=6, kh=3, pb=2, mode="replicate"),
    dict(g=2, ic=4, ih=5, oc=6, kh=3, pr=2, mode="circular"),
    # "same" where the remainder is odd: PyTorch's at stride 1, TensorFlow's at stride 2.
    dict(ic=3, ih=6, oc=4, kh=4, pt=1, pl=1, pb=2, pr=2),
    dict(ic=3, ih=8, oc=8, kh=3, sh=2, pb=1, pr=1, activation="relu6"),
    # Strides beyond the kernel, and strides that leave a remainder.
    dict(ic=4, ih=7, oc=4, kh=1, sh=3),
    dict(ic=4, ih=11, oc=4, kh=2, sh=3, sw=1),
    # Long sums.
    dict(ic=300, ih=3, oc=5, kh=1),
    dict(ic=32, ih=4, oc=6, kh=3, pad=1, activation="relu"),
    dict(ic=8, ih=8, oc=4, kh=7, pad=3),
    dict(ic=64, ih=5, iw=3, oc=3, kh=5, kw=1, activation="relu6", residual=True),
    # Prime channels, and output channels that leave a tail in any tile of 4, 8 or 16.
    dict(ic=7, ih=5, oc=13, kh=3, pad=1),
    dict(g=7, ic=21, ih=5, oc=35, kh=3, sh=2, pad=1),
    dict(ic=11, ih=4, oc=19, kh=1, activation="relu6"),
    dict(ic=5, ih=5, iw=7, oc=33, kh=3, pad=1, residual=True, activation="relu"),
    dict(g=2, ic=10, ih=4, oc=46, kh=2),
    dict(ic=6, ih=3, iw=5, oc=31, kh=1),
    # The layers of MobileNet, ResNeXt and their kin, in small.
    dict(n=2, g=19, ic=19, ih=7, oc=19, kh=3, pad=1, activation="relu6"),
    dict(g=33, ic=33, ih=6, oc=33, kh=3, sh=2, pad=1, activation="relu6"),
    dict(g=13, ic=13, ih=9, oc=13, kh=5, sh=2, pad=2),
    dict(g=6, ic=6, ih=7, oc=6, kh=7),
    dict(g=5, ic=5, ih=6, oc=40, kh=3, pad=1),
    dict(n=3, ic=24, ih=3, oc=16, kh=1, bias=False, residual=True),
    dict(g=8, ic=32, ih=5, oc=32, kh=3, pad=1, activation="relu"),
    dict(g=32, ic=64, ih=3, oc=32, kh=3, pad=1),
    # Clamps with one side open.
    dict(ic=4, ih=5, oc=4, kh=3, pad=1, activation=(-INF, 3)),
    dict(ic=4, ih=5, oc=4, kh=3, pad=1, activation=(-1, INF)),
]

# --- Operands and answers ---------------------------------------------------------------------------------------------


def output_size(p):
    oh = (p["ih"] + p["pt"] + p["pb"] - (p["kh"] - 1) * p["dh"] - 1) // p["sh"] + 1
    ow = (p["iw"] + p["pl"] + p["pr"] - (p["kw"] - 1) * p["dw"] - 1) // p["sw"] + 1
    return oh, ow


def shapes_of(p):
    shapes = {"input": (p["n"], p["ic"], p["ih"], p["iw"]), "weight": (p["oc"], p["ic"] // p["g"], p["kh"], p["kw"])}
    if p["bias"]:
        shapes["bias"] = (p["oc"],)
    if p["residual"]:
        shapes["residual"] = (p["n"], p["oc"], *output_size(p))
    return shapes


def draw_integers(rng, p):
    """Small integers. Where results are cut at 6 they are smaller still, so that not all of them are cut."""
    terms = p["ic"] // p["g"] * p["kh"] * p["kw"]
    most = 4 if p["activation"] != "relu6" else 2 if terms <= 8 else 1
    bounds = {"input": (-most, most), "weight": (-most, most), "bias": (-2, 4), "residual": (-2, 4)}
    return {name: rng.randint(bounds[name][0], bounds[name][1] + 1, shape).astype(np.float64)
            for name, shape in shapes_of(p).items()}


def draw_reals(rng, p):
    """Normal values, truncated to bfloat16 and to multiples of 2^-12: sums of their products are exact in float64."""
    terms = p["ic"] // p["g"] * p["kh"] * p["kw"]
    scale = {"input": (0, 1), "weight": (0, 2 / np.sqrt(terms)), "bias": (0.5, 1), "residual": (0.5, 1)}

    def draw(name, shape):
        mean, deviation = scale[name]
        bits = rng.normal(mean, deviation, shape).astype(np.float32).view(np.uint32) & 0xFFFF0000
        return np.trunc(bits.astype(np.uint32).view(np.float32).astype(np.float64) * 4096) / 4096

    return {name: draw(name, shape) for name, shape in shapes_of(p).items()}


def choose_clamp(rng, kind, y):
    """Bounds that cut some results and spare others; all are exact in float32."""
    if kind == "real":
        return [(-1.5, 2.25), (-0.625, 3), (0.25, 2.5)][rng.randint(3)]
    deviation = max(2.0, float(y.std()))
    return [(-np.ceil(0.8 * deviation), np.ceil(1.2 * deviation)), (np.floor(-0.5 * deviation), np.ceil(deviation)),
            (1.0, np.ceil(1.3 * deviation) + 1)][rng.randint(3)]


def bounds_of(activation):
    return {None: (-INF, INF), "relu": (0, INF), "relu6": (0, 6)}.get(activation, activation)


def pad_and_convolve(p, x, w, b):
    padded = x
    if p["pt"] or p["pl"] or p["pb"] or p["pr"]:
        padded = F.pad(x, (p["pl"], p["pr"], p["pt"], p["pb"]), mode=TORCH_MODE[p["mode"]])
    return F.conv2d(padded, w, b, (p["sh"], p["sw"]), 0, (p["dh"], p["dw"]), p["g"])


def check_module(p, tensors, y):
    """Where the pads are symmetric, torch.nn.Conv2d with its own `padding_mode` must say the same."""
    if p["pt"] != p["pb"] or p["pl"] != p["pr"]:
        return
    module = torch.nn.Conv2d(p["ic"], p["oc"], (p["kh"], p["kw"]), (p["sh"], p["sw"]), (p["pt"], p["pl"]),
                             (p["dh"], p["dw"]), p["g"], p["bias"], p["mode"]).double()
    module.weight.copy_(tensors["weight"])
    if p["bias"]:
        module.bias.copy_(tensors["bias"])
    assert torch.equal(module(tensors["input"]), y), format_problem(p)


def check_exact(p, kind, tensors, y):
    """That float64 rounded nothing: every partial sum is a multiple of one unit, and fits in 53 bits."""
    magnitude = {name: t.abs() for name, t in tensors.items()}
    most = pad_and_convolve(p, magnitude["input"], magnitude["weight"], magnitude.get("bias"))
    most = float((most + magnitude["residual"] if p["residual"] else most).max())
    unit = 1.0 if kind == "integer" else 2.0**-24
    assert most / unit < 2**53 and (kind == "real" or most <= 2**24), format_problem(p)
    assert torch.equal(torch.round(y / unit) * unit, y), format_problem(p)


def worth_asking(y, low, high):
    """Whether a fault could show: enough results that are not zero, and enough that the activation did not cut."""
    share = ((y > low) & (y < high)).mean()
    return (y != 0).mean() >= 0.4 and share >= (0.15 if y.size >= 10 else 0 if y.size > 1 else 0.5)


def solve(p, kind):
    """Draws operands until the answer can be trusted. Returns (problem with its clamp, kind, operands, answer), or None
    where none can be: without a bias, an output that is mostly padding is mostly zero."""
    seed = zlib.crc32(f"{kind} {format_problem({**p, 'activation': None})} {p['activation']}".encode())
    for attempt in range(100):
        rng = np.random.RandomState((seed + attempt) % 2**32)
        operands = (draw_integers if kind == "integer" else draw_reals)(rng, p)
        tensors = {name: torch.from_numpy(value) for name, value in operands.items()}
        y = pad_and_convolve(p, tensors["input"], tensors["weight"], tensors.get("bias"))
        check_module(p, tensors, y)
        if p["residual"]:
            y = y + tensors["residual"]
        check_exact(p, kind, tensors, y)
        activation = choose_clamp(rng, kind, y.numpy()) if p["activation"] == "clamp" else p["activation"]
        low, high = bounds_of(activation)
        y = torch.clamp(y, low, high).numpy()
        if worth_asking(y, low, high):
            return {**p, "activation": activation}, kind, operands, y
    return None


# --- The file ---------------------------------------------------------------------------------------------------------


def bfloat16(values):
    bits = values.astype("<f4").view("<u4")
    assert not (bits & 0xFFFF).any()
    return (bits >> 16).astype("<u2")


ENCODE = {
    "int8": lambda v: v.astype("<i1"),
    "int16": lambda v: v.astype("<i2"),
    "int32": lambda v: v.astype("<i4"),
    "bfloat16": bfloat16,
    "float32": lambda v: v.astype("<f4"),
    "float64": lambda v: v.astype("<f8"),
}


def blob(values, element):
    """Little-endian bytes, zeros after them up to a multiple of 8."""
    data = ENCODE[element](np.ascontiguousarray(values)).tobytes()
    return data + bytes(-len(data) % 8)


def encode_case(p, kind, operands, y):
    integer = kind == "integer"
    assert not integer or (y == np.round(y)).all()
    result = "float64" if not integer else "int16" if np.abs(y).max() < 2**15 else "int32"
    operand = "int8" if integer else "bfloat16"
    header = {"problem": format_problem(p), "kind": kind, "operands": operand, "expected": result}
    blobs = [blob(operands[name], operand) for name in ("input", "weight", "bias", "residual") if name in operands]
    return header, blobs + [blob(y, result)]


INITIALISATIONS = [
    (0, dict(inChannels=3, outChannels=8, kernelSize=[3, 3], groups=1, bias=True)),
    (1, dict(inChannels=16, outChannels=16, kernelSize=[3, 3], groups=16, bias=True)),
    (42, dict(inChannels=8, outChannels=12, kernelSize=[1, 1], groups=4, bias=False)),
    (4294967295, dict(inChannels=6, outChannels=9, kernelSize=[5, 2], groups=3, bias=True)),
    (42, dict(inChannels=7, outChannels=13, kernelSize=[7, 7], groups=1, bias=True)),
    (0, dict(inChannels=20, outChannels=40, kernelSize=[1, 3], groups=2, bias=False)),
    (1, dict(inChannels=1, outChannels=1, kernelSize=[1, 1], groups=1, bias=True)),
]
UNIFORMS = [
    dict(seed=7, shape=[1, 3, 5, 7], min=-2.5, max=4),
    dict(seed=123456789, shape=[2, 8, 7, 7], min=0, max=1),
]


def encode_initialisations():
    headers, blobs = [], []
    for seed, o in INITIALISATIONS:
        torch.manual_seed(seed)
        module = torch.nn.Conv2d(o["inChannels"], o["outChannels"], tuple(o["kernelSize"]), groups=o["groups"], bias=o["bias"])
        headers.append({"seed": seed, "options": o})
        blobs.append(blob(module.weight.detach().numpy(), "float32"))
        if o["bias"]:
            blobs.append(blob(module.bias.detach().numpy(), "float32"))
    return headers, blobs


def encode_uniforms():
    blobs = []
    for u in UNIFORMS:
        torch.manual_seed(u["seed"])
        blobs.append(blob(torch.empty(u["shape"]).uniform_(u["min"], u["max"]).numpy(), "float32"))
    return UNIFORMS, blobs


def uniform_rounds_once():
    """Whether `uniform_` multiplies and adds in one step, as it does everywhere but on x86 without AVX2."""
    torch.manual_seed(0)
    unit = torch.empty(1000).uniform_(0, 1)
    torch.manual_seed(0)
    return torch.equal(torch.empty(1000).uniform_(-2.5, 4), (unit.double() * 6.5 - 2.5).float())


def main():
    if not uniform_rounds_once():
        sys.exit("PyTorch runs here without fused multiply-add: its initial weights would not be those of other machines")
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    cases = [solve(problem(**corner), kind) for corner in CORNERS for kind in FACTORS["kind"]]
    assert None not in cases, "a corner gives no result that could show a fault"
    covering_cases(np.random.RandomState(2), cases, TOTAL)
    covered = report_coverage(cases)

    headers, blobs = [], []
    for p, kind, operands, y in cases:
        header, data = encode_case(p, kind, operands, y)
        headers.append(header)
        blobs += data
    names = [(h["problem"], h["kind"]) for h in headers]
    assert len(set(names)) == len(names), "a case is there twice"
    initialisations, more = encode_initialisations()
    uniforms, most = encode_uniforms()
    header = {"format": FORMAT, "version": VERSION, "torch": torch.__version__, "cases": headers,
              "initialisations": initialisations, "uniforms": uniforms}
    text = json.dumps(header, separators=(",", ":")).encode()
    start = len(text).to_bytes(4, "little") + text
    raw = start + bytes(-len(start) % 8) + b"".join(blobs + more + most)
    packed = gzip.compress(raw, 9, mtime=0)
    with open(OUTPUT, "wb") as file:
        file.write(packed)

    results = [y for _, _, _, y in cases]
    nonzero = [float((y != 0).mean()) for y in results]
    integers = sum(kind == "integer" for _, kind, _, _ in cases)
    print(f"{len(cases)} cases ({integers} integer), {sum(y.size for y in results)} results; "
          f"not zero: least {min(nonzero):.0%}, mean {np.mean(nonzero):.0%}")
    print(f"{len(raw)} bytes, {len(packed)} compressed, PyTorch {torch.__version__}")
    if not covered:
        sys.exit(1)


if __name__ == "__main__":
    main()
