/** The names of suites on a command line. */

import { InputError, suggestion } from "../command-error.js";
import { SUITE_NAMES, type SuiteName } from "../suite-names.js";

/**
 * The suites of these names, once each and in the suites' own order, because the faults that early suites find make later
 * suites fail too. Names may be joined by commas.
 *
 * @throws InputError for a name that no suite has
 */
export function readSuites(given: readonly string[]): readonly SuiteName[] {
  const names = given.flatMap((each) => each.split(","));
  const known: readonly string[] = SUITE_NAMES;
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined)
    throw new InputError(`unknown suite "${wrong}"${suggestion(wrong, known)} (${known.join(", ")})`);
  return SUITE_NAMES.filter((name) => names.includes(name));
}
