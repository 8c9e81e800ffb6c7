/** Other libraries with an adapter to the Backend interface, and the exact versions of our figures. */

export interface Peer {
  /** The adapter beside this file. */
  readonly adapter: string;
  /** npm packages, with versions. Their install scripts do not run. */
  readonly packages: Readonly<Record<string, string>>;
}

export const PEERS = {
  "tfjs-cpu": {
    adapter: "tfjs-cpu.ts",
    packages: {
      "@tensorflow/tfjs-core": "4.22.0",
      "@tensorflow/tfjs-backend-cpu": "4.22.0",
    },
  },
  "tfjs-wasm": {
    adapter: "tfjs-wasm.ts",
    packages: {
      "@tensorflow/tfjs-core": "4.22.0",
      "@tensorflow/tfjs-backend-cpu": "4.22.0",
      "@tensorflow/tfjs-backend-wasm": "4.22.0",
    },
  },
  "onnxruntime-web": {
    adapter: "onnxruntime-web.ts",
    packages: { "onnxruntime-web": "1.30.0" },
  },
  "onnxruntime-web-threads": {
    adapter: "onnxruntime-web-threads.ts",
    packages: { "onnxruntime-web": "1.30.0" },
  },
  "onnxruntime-node": {
    adapter: "onnxruntime-node.ts",
    packages: { "onnxruntime-node": "1.30.0" },
  },
  "onnxruntime-node-threads": {
    adapter: "onnxruntime-node-threads.ts",
    packages: { "onnxruntime-node": "1.30.0" },
  },
  "jax-js": {
    adapter: "jax-js.ts",
    packages: { "@jax-js/jax": "0.1.25" },
  },
  litert: {
    adapter: "litert.ts",
    packages: { "@litertjs/core": "2.5.3" },
  },
} as const satisfies Readonly<Record<string, Peer>>;

export type PeerName = keyof typeof PEERS;

export function isPeerName(name: string): name is PeerName {
  return Object.hasOwn(PEERS, name);
}
