/** What a page pays for everything: the 40 kB that the README promises. */
export * from "@convene/core";
export { cpu } from "@convene/cpu";
