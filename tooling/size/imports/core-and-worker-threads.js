/** What a page pays for every core. */
export * from "@convene/core";
export { workerThreads } from "@convene/worker-threads";
