/** Resize and Upsample, with the coordinates of core's upsampling. */

import type { UpsampleProblem } from "@convene/core";
import { integerAttribute, integersAttribute, Refusal, textAttribute } from "../graph/attributes.js";
import { axisOf } from "../graph/fold.js";
import type { Node } from "../graph/graph.js";
import { type Axis, dimsOf, featureOf, type Value } from "./feature.js";
import type { LayerList } from "./layers.js";
import { constant, feature, type Inputs } from "./operand.js";
import { placeAnyhow } from "./place.js";

type Rule = Pick<UpsampleProblem, "mode" | "coordinates" | "rounding">;

/** ONNX's words; core has the same words in camel case. */
const ROUNDINGS = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;
const COORDINATES = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
] as const;

function camelCase(word: string): string {
  return word.replace(/_./g, (part) => part[1]!.toUpperCase());
}

export function resize(node: Node, inputs: Inputs, list: LayerList, opset: number): Value[] {
  const given = feature(inputs, 0);
  const dims = dimsOf(given);
  const { scales, sizes } = targets(node, inputs, dims, opset);
  if (sizes.every((size, axis) => size === dims[axis])) return [given];
  const { feature: x, letters } = placeAnyhow(list, given);
  const at = (letter: Axis): number => letters.indexOf(letter);
  for (const letter of ["n", "c"] as const) {
    const index = at(letter);
    if (index !== -1 && sizes[index] !== dims[index])
      throw new Refusal(`it resizes axis ${index} of dims [${dims.join(", ")}], which is no axis of rows or columns`);
  }
  const [, c, ih, iw] = x.shape;
  const of = (letter: "h" | "w") =>
    at(letter) === -1
      ? { size: 1, scale: scales ? 1 : 0 }
      : { size: sizes[at(letter)]!, scale: scales?.[at(letter)] ?? 0 };
  const [h, w] = [of("h"), of("w")];
  const rule = ruleOf(node, opset, scales !== undefined && (isCut(h, ih) || isCut(w, iw)));
  const scale = scales && (isCut(h, ih) || isCut(w, iw)) ? { scaleH: scaleOf(h, ih), scaleW: scaleOf(w, iw) } : {};
  const made = list.operation([x], { kind: "upsample", c, ih, iw, oh: h.size, ow: w.size, ...rule, ...scale });
  return [featureOf(made.value, made.shape, letters)];
}

type Target = { readonly size: number; readonly scale: number };

/** Whether the size of an axis is smaller than its input's size times the scale, because that is no integer. */
function isCut({ size, scale }: Target, from: number): boolean {
  return size !== Math.fround(from * scale);
}

/**
 * The scale of an axis. If the product of size and scale, without rounding to float32, would lie just below the
 * output's size, the result is the next larger float32.
 */
function scaleOf({ size, scale }: Target, from: number): number {
  return from * Math.fround(scale) < size ? scale * (1 + 2 ** -23) : scale;
}

/** The scales, if the file gives scales, and the output's size for every dimension. */
function targets(node: Node, inputs: Inputs, dims: readonly number[], opset: number) {
  const axes = integersAttribute(node, "axes")?.map((axis) => axisOf(axis, dims.length)) ?? [...dims.keys()];
  const everywhere = (values: readonly number[], standard: readonly number[]): number[] => {
    if (values.length !== axes.length)
      throw new Refusal(`it has ${values.length} scales or sizes; ${axes.length} would do`);
    const all = [...standard];
    for (const [index, axis] of axes.entries()) all[axis] = values[index]!;
    return all;
  };
  const attribute = node.attributes.get("scales")?.floats;
  const index = node.op === "Upsample" || opset < 11 ? 1 : 2;
  const scales = attribute ?? (inputs[index] ? [...constant(inputs, index, "scales").data] : []);
  if (scales.length > 0) {
    const all = everywhere(
      scales,
      dims.map(() => 1),
    );
    if (all.some((scale) => !(scale > 0 && scale < 2 ** 31)))
      throw new Refusal(`its scales are [${scales.join(", ")}]; positive ones would do`);
    // The product is in float32, as in onnxruntime: 10 times the float32 nearest to 0.9 is 9.
    return { scales: all, sizes: dims.map((size, axis) => Math.floor(Math.fround(size * all[axis]!))) };
  }
  const policy = textAttribute(node, "keep_aspect_ratio_policy", "stretch", ["stretch"]);
  if (policy !== "stretch" || !inputs[3]) throw new Refusal("it has neither scales nor sizes");
  return { scales: undefined, sizes: everywhere([...constant(inputs, 3, "sizes").data], dims) };
}

/** The rule of a node. `cut`: whether `isCut` holds for an axis. */
function ruleOf(node: Node, opset: number, cut: boolean): Rule {
  const mode =
    textAttribute(node, "mode", "nearest", ["nearest", "linear", "bilinear"]) === "nearest" ? "nearest" : "bilinear";
  // Before operator set 11 there was one rule only.
  if (node.op === "Upsample" || opset < 11) return { mode, coordinates: "asymmetric", rounding: "floor" };
  if (integerAttribute(node, "antialias", 0) === 1) throw new Refusal("its antialias is 1; 0 would do");
  if (integerAttribute(node, "exclude_outside", 0) === 1) throw new Refusal("its exclude_outside is 1; 0 would do");
  const transformation = textAttribute(node, "coordinate_transformation_mode", "half_pixel", COORDINATES);
  const nearest = textAttribute(node, "nearest_mode", "round_prefer_floor", ROUNDINGS);
  if (transformation === "half_pixel_symmetric" && cut) {
    throw new Refusal(
      "its half_pixel_symmetric at a scale that gives no whole size cannot be had; half_pixel would do",
    );
  }
  if (transformation === "tf_half_pixel_for_nn") {
    if (mode !== "nearest" || nearest !== "floor")
      throw new Refusal("its tf_half_pixel_for_nn needs nearest_mode floor");
    // floor((i + 1/2)/s) is (i + 1/2)/s − 1/2, rounded to the nearest integer with halves up.
    return { mode, coordinates: "halfPixel", rounding: "roundPreferCeil" };
  }
  const coordinates = camelCase(transformation.replace("_symmetric", "")) as Rule["coordinates"];
  return { mode, coordinates, rounding: camelCase(nearest) as Rule["rounding"] };
}
