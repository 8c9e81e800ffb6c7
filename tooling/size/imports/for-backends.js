/** What only authors of backends import: a program pays for what its backend uses of it. */
export * from "@convene/core/backend";
