/** One layer, to ask for its shapes and its cost. */
export { Conv2d } from "@convene/core";
