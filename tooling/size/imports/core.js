/** All of core. */
export * from "@convene/core";
