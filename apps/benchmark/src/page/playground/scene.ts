/**
 * The first photo: houses at a canal in the evening. Code draws it, so nobody else has rights in it. It has details that filters show
 * well: edges of many directions, smooth gradients, brick and water, and writing. Pure: the picture is the same everywhere.
 */

import type { Pixels } from "./learn-filters.js";

type Colour = readonly [number, number, number];

/** Proportions of the picture. */
export const SCENE_ASPECT = 3 / 2;
/** The place of the water's edge, as a share of the height. */
const QUAY = 0.7;

/** One house. All lengths are shares of the picture's height. */
interface House {
  readonly left: number;
  readonly width: number;
  readonly eaves: number;
  readonly gable: "steps" | "triangle" | "bell" | "flat";
  readonly wall: Colour;
  readonly columns: number;
  readonly floors: number;
  readonly brick: boolean;
  readonly sign?: string;
}

const HOUSES: readonly House[] = [
  {
    left: -0.04,
    width: 0.2,
    eaves: 0.3,
    gable: "triangle",
    wall: [0.55, 0.24, 0.19],
    columns: 2,
    floors: 3,
    brick: true,
  },
  {
    left: 0.16,
    width: 0.25,
    eaves: 0.25,
    gable: "steps",
    wall: [0.79, 0.58, 0.27],
    columns: 3,
    floors: 4,
    brick: false,
    sign: "CONV 3x3",
  },
  { left: 0.41, width: 0.19, eaves: 0.33, gable: "bell", wall: [0.25, 0.37, 0.42], columns: 2, floors: 3, brick: true },
  {
    left: 0.6,
    width: 0.28,
    eaves: 0.21,
    gable: "triangle",
    wall: [0.66, 0.29, 0.2],
    columns: 3,
    floors: 4,
    brick: true,
    sign: "GROUPS = 32",
  },
  { left: 0.88, width: 0.2, eaves: 0.36, gable: "flat", wall: [0.84, 0.78, 0.68], columns: 2, floors: 3, brick: false },
  {
    left: 1.08,
    width: 0.23,
    eaves: 0.27,
    gable: "steps",
    wall: [0.42, 0.2, 0.24],
    columns: 3,
    floors: 4,
    brick: true,
    sign: "RELU6",
  },
  {
    left: 1.31,
    width: 0.24,
    eaves: 0.32,
    gable: "bell",
    wall: [0.53, 0.55, 0.38],
    columns: 2,
    floors: 3,
    brick: false,
  },
];

/** The picture at a size. It was made for 768 x 512. */
export function drawScene(width: number, height: number): Pixels {
  const data = new Float32Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * 3;
      // Two samples across and two down, so that edges are smooth.
      for (const [dx, dy] of SAMPLES) {
        const colour = sceneAt(((column + dx) / width) * SCENE_ASPECT, (row + dy) / height);
        for (let channel = 0; channel < 3; channel++) data[at + channel]! += colour[channel]! / SAMPLES.length;
      }
      const grain = (hash(column, row, 7) - 0.5) * 0.022;
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] = Math.min(1, Math.max(0, data[at + channel]! + grain));
      }
    }
  }
  return { width, height, data };
}

const SAMPLES = [
  [0.25, 0.35],
  [0.75, 0.65],
] as const;

/** The colour at a point: x from 0 to 3/2, y from 0 at the top to 1. */
function sceneAt(x: number, y: number): Colour {
  return y < QUAY ? aboveWater(x, y) : waterAt(x, y);
}

function aboveWater(x: number, y: number): Colour {
  if (y > QUAY - 0.028) return quayAt(x, y);
  return lampAt(x, y) ?? housesAt(x, y) ?? skyAt(x, y);
}

/** The evening sky: blue above, orange below, clouds with light from below, the sun behind the houses. */
function skyAt(x: number, y: number): Colour {
  const down = Math.min(1, y / (QUAY - 0.08));
  let colour = mix([0.16, 0.27, 0.5], [0.97, 0.72, 0.48], down ** 1.25);
  const sun = Math.hypot(x - 0.98, (y - 0.34) * 1.1);
  colour = mix(colour, [1, 0.9, 0.7], 0.85 * Math.exp(-sun * 5.5));
  const cloud = smooth(0.42, 0.72, layered(x * 2.1 + 3, y * 6.5 + 1, 5));
  const lit = mix([0.52, 0.42, 0.52], [1, 0.8, 0.66], smooth(0.1, 0.9, down + (0.35 - sun) * 0.5));
  return mix(colour, lit, cloud * 0.75 * (1 - 0.5 * down));
}

function housesAt(x: number, y: number): Colour | undefined {
  for (const house of HOUSES) {
    const u = (x - house.left) / house.width;
    if (u < 0 || u >= 1) continue;
    const top = house.eaves - gableHeight(house, u);
    if (y < top) return chimneyAt(house, u, y);
    return facadeAt(house, u, y, top);
  }
  return undefined;
}

/** The height of the gable over the eaves at u, which goes from 0 to 1 across the house. */
function gableHeight({ gable, width }: House, u: number): number {
  const aside = Math.abs(u - 0.5) * 2;
  if (gable === "triangle") return (1 - aside) * width * 0.55;
  if (gable === "steps") return Math.floor((1 - aside) * 5 + 0.5) * 0.1 * width;
  if (gable === "bell")
    return (aside < 0.42 ? 0.34 * Math.sqrt(1 - (aside / 0.42) ** 2) + 0.14 : 0.24 * (1 - aside)) * width;
  return aside > 0.06 ? 0.012 : 0.03;
}

function chimneyAt(house: House, u: number, y: number): Colour | undefined {
  if (house.gable !== "triangle" || u < 0.7 || u > 0.82) return undefined;
  return y > house.eaves - house.width * 0.42
    ? mix([0.35, 0.18, 0.15], [0.2, 0.1, 0.1], smooth(0.7, 0.82, u))
    : undefined;
}

function facadeAt(house: House, u: number, y: number, top: number): Colour {
  const { wall, width, brick } = house;
  const x = house.left + u * width;
  // A light edge along the roof, and shade at the house's sides.
  if (y - top < 0.011) return mix([0.93, 0.9, 0.84], wall, 0.15);
  const age = 0.82 + 0.3 * layered(x * 9, y * 9, 4);
  let colour = scale(brick ? bricksAt(wall, x, y) : scale(wall, 0.97 + 0.06 * layered(x * 60, y * 60, 2)), age);
  colour = scale(colour, 0.78 + 0.22 * smooth(0, 0.05, Math.min(u, 1 - u)) + 0.1 * (1 - u));
  const sign = signAt(house, u, y);
  if (sign) return sign;
  return windowAt(house, u, y) ?? doorAt(u, y) ?? colour;
}

function bricksAt(wall: Colour, x: number, y: number): Colour {
  const row = Math.floor(y / 0.0105);
  const along = x / 0.024 + (row % 2) * 0.5;
  const column = Math.floor(along);
  const mortar = y / 0.0105 - row < 0.17 || along - column < 0.075;
  if (mortar) return mix(wall, [0.8, 0.74, 0.68], 0.45);
  return scale(wall, 0.8 + 0.42 * hash(column, row, 3));
}

/** The ground floor of a house, with its door. */
const GROUND = 0.115;

function windowAt(house: House, u: number, y: number): Colour | undefined {
  const { columns, floors, eaves } = house;
  const bottom = QUAY - 0.028 - GROUND - (house.sign ? 0.035 : 0);
  const floor = (y - eaves - 0.015) / (bottom - eaves - 0.015);
  if (floor < 0 || floor >= 1) return undefined;
  const [column, row] = [Math.floor(u * columns), Math.floor(floor * floors)];
  const [a, b] = [u * columns - column, floor * floors - row];
  if (a < 0.2 || a > 0.8 || b < 0.14 || b > 0.88) return undefined;
  if (a < 0.25 || a > 0.75 || b < 0.18 || b > 0.84) return [0.94, 0.92, 0.87];
  // Panes: a bar across and one down.
  if (Math.abs(a - 0.5) < 0.022 || Math.abs(b - 0.42) < 0.022) return [0.9, 0.88, 0.83];
  const seed = hash(column + Math.round(house.left * 100), row, 11);
  if (seed > 0.6) {
    const lamp = Math.hypot(a - 0.45, (b - 0.62) * 0.8);
    const curtain = 0.86 + 0.14 * Math.sin(a * 70);
    return scale(mix([1, 0.78, 0.38], [0.78, 0.46, 0.2], smooth(0, 0.42, lamp)), curtain);
  }
  const glass = mix([0.36, 0.45, 0.58], [0.1, 0.12, 0.18], smooth(0.2, 0.85, b + (a - 0.5) * 0.5));
  return mix(glass, [0.95, 0.77, 0.6], smooth(0.04, 0, Math.abs(a - b * 0.8 + 0.12) - 0.03) * 0.4);
}

function doorAt(u: number, y: number): Colour | undefined {
  const up = (QUAY - 0.028 - y) / GROUND;
  if (up > 0.86 || up < 0) return undefined;
  const across = Math.abs(u - 0.28);
  if (across < 0.1) {
    if (across > 0.083 || up > 0.8) return [0.9, 0.87, 0.8];
    if (up > 0.6) return [0.98, 0.75, 0.36];
    const panel = Math.abs(across - 0.04) < 0.006 || Math.abs((up % 0.27) - 0.13) < 0.02;
    return scale([0.1, 0.28, 0.25], panel ? 0.6 : 1);
  }
  if (u > 0.46 && u < 0.9 && up > 0.2) {
    const frame = u < 0.475 || u > 0.885 || up < 0.25 || up > 0.81 || Math.abs(u - 0.68) < 0.008;
    if (frame) return [0.92, 0.89, 0.83];
    return mix([1, 0.83, 0.5], [0.64, 0.36, 0.17], smooth(0.2, 0.8, up + 0.25 * layered(u * 14, y * 60, 2)));
  }
  return undefined;
}

/** Letters of 3 by 5 dots, row by row from the top. The bits of a row go from the left. */
const LETTERS: Readonly<Record<string, readonly number[]>> = {
  "0": [7, 5, 5, 5, 7],
  "2": [7, 1, 7, 4, 7],
  "3": [7, 1, 7, 1, 7],
  "6": [7, 4, 7, 5, 7],
  C: [7, 4, 4, 4, 7],
  E: [7, 4, 6, 4, 7],
  G: [7, 4, 5, 5, 7],
  L: [4, 4, 4, 4, 7],
  N: [6, 5, 5, 5, 5],
  O: [7, 5, 5, 5, 7],
  P: [7, 5, 7, 4, 4],
  R: [6, 5, 6, 5, 5],
  S: [7, 4, 7, 1, 7],
  U: [5, 5, 5, 5, 7],
  V: [5, 5, 5, 5, 2],
  x: [0, 5, 2, 2, 5],
  "=": [0, 7, 0, 7, 0],
};

function signAt(house: House, u: number, y: number): Colour | undefined {
  if (house.sign === undefined) return undefined;
  const [top, height] = [QUAY - 0.028 - GROUND - 0.03, 0.036];
  const v = (y - top) / height;
  if (v < 0 || v > 1 || u < 0.05 || u > 0.95) return undefined;
  if (v < 0.07 || v > 0.93) return [0.85, 0.68, 0.35];
  const text = house.sign;
  const row = Math.floor(((v - 0.2) / 0.6) * 5);
  const cell = (height * 0.6) / 5;
  const start = 0.5 * house.width - (text.length * 4 - 1) * cell * 0.5;
  const dot = Math.floor((u * house.width - start) / cell);
  const letter = LETTERS[text[Math.floor(dot / 4)] ?? ""];
  const lit =
    letter !== undefined && row >= 0 && row < 5 && dot >= 0 && dot % 4 < 3 && (letter[row]! >> (2 - (dot % 4))) & 1;
  return lit ? [0.97, 0.9, 0.7] : [0.07, 0.15, 0.14];
}

/** Two street lamps on the quay, and their glow. */
function lampAt(x: number, y: number): Colour | undefined {
  for (const pole of [0.405, 1.075]) {
    const aside = Math.abs(x - pole);
    if (aside < 0.0032 && y > 0.5) return [0.06, 0.07, 0.09];
    if (Math.hypot(x - pole, y - 0.488) < 0.016) return [1, 0.94, 0.74];
    if (aside < 0.019 && Math.abs(y - 0.468) < 0.004) return [0.06, 0.07, 0.09];
  }
  return undefined;
}

function quayAt(x: number, y: number): Colour {
  const stone = Math.floor(x / 0.052 + (y > QUAY - 0.014 ? 0.5 : 0));
  const joint = x / 0.052 + (y > QUAY - 0.014 ? 0.5 : 0) - stone < 0.05 || Math.abs(y - QUAY + 0.014) < 0.0015;
  const tone = 0.27 + 0.13 * hash(stone, y > QUAY - 0.014 ? 1 : 0, 5) + 0.07 * layered(x * 50, y * 50, 3);
  return joint ? [0.13, 0.12, 0.13] : [tone * 1.05, tone, tone * 0.95];
}

/** The reflection of the scene above, upside down, moved by waves that grow towards the viewer. */
function waterAt(x: number, y: number): Colour {
  const depth = (y - QUAY) / (1 - QUAY);
  const stretch = 1 + depth * 2.4;
  const wave = layered(x * 16 + 5, (y * 150) / stretch, 3) - 0.5;
  const ripple = Math.sin((y * 330) / stretch + 7 * layered(x * 5, y * 24, 2)) * 0.5;
  const moved = x + (wave * 0.05 + ripple * 0.009) * (0.25 + depth);
  const mirrored = QUAY - (y - QUAY) * 1.75 - 0.004 + wave * 0.035 * (0.3 + depth);
  const boat = boatAt(x, y);
  if (boat) return boat;
  const seen = aboveWater(Math.min(1.499, Math.max(0, moved)), Math.max(0.004, Math.min(QUAY - 0.001, mirrored)));
  const dark = mix(seen, [0.05, 0.1, 0.15], 0.34 + 0.2 * depth);
  const glint = smooth(0.2, 0.42, wave) * 0.16 * (1 - depth * 0.4);
  return mix(dark, [0.98, 0.78, 0.56], glint);
}

/** A small boat with a striped awning, on the water before the houses. */
function boatAt(x: number, y: number): Colour | undefined {
  const [u, v] = [(x - 0.86) / 0.17, (y - 0.83) / 0.05];
  if (v > 0 && v < 1 && Math.abs(u) < 1 - v * v * 0.32) {
    if (v < 0.16) return [0.95, 0.92, 0.86];
    return v < 0.5 ? [0.69, 0.13, 0.14] : mix([0.5, 0.08, 0.1], [0.2, 0.03, 0.06], v);
  }
  if (Math.abs(u) < 0.62 && v > -1.25 && v < -0.92 + 0.12 * Math.cos(u * 26)) {
    return Math.floor((u + 0.62) * 9) % 2 === 0 ? [0.95, 0.93, 0.88] : [0.15, 0.35, 0.55];
  }
  if (v > -1 && v <= 0 && (Math.abs(Math.abs(u) - 0.58) < 0.018 || Math.abs(u) < 0.014)) return [0.85, 0.82, 0.75];
  return undefined;
}

function mix(a: Colour, b: Colour, share: number): Colour {
  const t = Math.min(1, Math.max(0, share));
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

function scale(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** 0 before `from`, 1 after `to`, and an S curve between them. `from` may be the larger number. */
function smooth(from: number, to: number, at: number): number {
  const t = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** A number in [0, 1) for a point of a grid. It is the same everywhere, because it uses integers only. */
function hash(x: number, y: number, seed: number): number {
  let value = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}

/** Interpolates between the values of the grid's points. */
function noise(x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [a, b] = [smooth(0, 1, x - column), smooth(0, 1, y - row)];
  const top = hash(column, row, 1) * (1 - a) + hash(column + 1, row, 1) * a;
  const bottom = hash(column, row + 1, 1) * (1 - a) + hash(column + 1, row + 1, 1) * a;
  return top * (1 - b) + bottom * b;
}

/** Noise of several sizes, each half as large and half as strong as the noise before it, in [0, 1). */
function layered(x: number, y: number, octaves: number): number {
  let [sum, total, strength, size] = [0, 0, 1, 1];
  for (let octave = 0; octave < octaves; octave++) {
    sum += noise(x * size + octave * 17, y * size + octave * 31) * strength;
    total += strength;
    strength /= 2;
    size *= 2;
  }
  return sum / total;
}
