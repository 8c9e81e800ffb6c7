/** Other libraries that can be put behind the Backend interface, and the exact versions that figures are quoted for. */

export interface Peer {
  /** The adapter beside this file. */
  readonly adapter: string;
  /** npm packages, with versions. Their install scripts do not run. */
  readonly packages: Readonly<Record<string, string>>;
}

export const PEERS: Readonly<Record<string, Peer>> = {
  "tfjs-wasm": {
    adapter: "tfjs-wasm.ts",
    packages: {
      "@tensorflow/tfjs-core": "4.22.0",
      "@tensorflow/tfjs-backend-cpu": "4.22.0",
      "@tensorflow/tfjs-backend-wasm": "4.22.0",
    },
  },
};
