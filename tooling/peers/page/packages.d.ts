/** Installed into .cache/peers, outside the workspace: what the adapters call has types of their own beside them. */

declare module "@tensorflow/*";
declare module "@jax-js/jax";
declare module "@litertjs/core";

/** Whichever adapter a page is bundled with: a `PageFactory`. */
declare module "peer-adapter";
