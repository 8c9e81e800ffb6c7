/** All that the published packages declare. `packed-types.ts` has every compiler look at it, which checks each declaration. */

export * as conformance from "@convene/conformance";
export * as terminal from "@convene/conformance/terminal";
export * as core from "@convene/core";
export * as backend from "@convene/core/backend";
export * as cpu from "@convene/cpu";
export * as kernels from "@convene/cpu/kernels";
export * as gpu from "@convene/gpu";
export * as safetensors from "@convene/safetensors";
export * as threads from "@convene/worker-threads";
