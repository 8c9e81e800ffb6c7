/** Two functions that need little else: shows whether the rest is left out. */
export { formatProblem, parseProblem } from "@convene/core";
