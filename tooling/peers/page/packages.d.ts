/** Modules that are installed into .cache/peers, outside the workspace. Files beside the adapters have types for the used parts. */

declare module "@tensorflow/*";
declare module "@jax-js/jax";
declare module "@litertjs/core";

/** The adapter of the bundle: a `PageFactory`. */
declare module "peer-adapter";
