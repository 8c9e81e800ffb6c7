/**
 * @convene/conformance: the float64 reference, the rules that define "agree", and the suite that checks a backend by these
 * rules.
 *
 * @packageDocumentation
 */

export type { CaseContext, CaseOutcome, CaseStatus, ConformanceCase, FailureHistory, FeatureName } from "./case.js";
export {
  checkOperands,
  checkProblem,
  type CheckProblemOptions,
  describeVerdict,
  type ExpectedResult,
  noRuleFor,
} from "./check-problem.js";
export { checkBackend } from "./check-backend.js";
export { codeOf, CommandError, InputError, messageOf, oneLine, suggestion } from "./command-error.js";
export { describeFinding, type Diagnosis, type Finding } from "./diagnosis/diagnosis.js";
export { type ConformanceTestsOptions, defineConformanceTests, type TestRunner } from "./define-tests.js";
export { type GoldenCase, type Goldens, loadGoldens, parseGoldens } from "./goldens.js";
export { describeMismatch, drawMismatch, type Mismatch } from "./mismatch.js";
export { makeOperands, type OperandKind, type Operands } from "./operands.js";
export {
  checkOperationOperands,
  checkOperationProblem,
  type CheckOperandsOptions,
  type CheckOperationOptions,
} from "./operations/check-operation.js";
export {
  makeOperationOperands,
  type OperationOperands,
  type OperationValues,
} from "./operations/operation-operands.js";
export { checkOperation, FUNCTION_BOUNDS, type FunctionBound, operationBound } from "./operations/operation-rules.js";
export { referenceOperation } from "./operations/reference-operation.js";
export { runOperation, type RunOperationOptions, type RunOperationResult } from "./operations/run-operation.js";
export { createPatience, type Patience } from "./patience.js";
export { randomProblem } from "./random-problem.js";
export { randomSource } from "./random-source.js";
export { referenceBackend } from "./reference-backend.js";
export { referenceConv2d, type ReferenceResult } from "./reference.js";
export { describeFailure } from "./report/describe-failure.js";
export { reportHtml } from "./report/html.js";
export { reportJson } from "./report/json.js";
export { reportJunit } from "./report/junit.js";
export { rerunCommand, type RerunOptions } from "./report/rerun-command.js";
export type { ReportDetails } from "./report/summary.js";
export {
  checkAgreement,
  checkBounded,
  checkExact,
  checkTransformed,
  gamma,
  roundings,
  type Verdict,
  type WrongElement,
} from "./rules.js";
export { type CaseResult, type ConformanceOptions, type ConformanceReport, runConformance } from "./run-conformance.js";
export { runProblem, type RunProblemOptions, type RunProblemResult } from "./run-problem.js";
export type { CaseSelection } from "./select-cases.js";
export { SUITE_NAMES, type SuiteName, type SuiteOptions } from "./suite-names.js";
export { conformanceCases } from "./suites.js";
export { describeThrown, type Thrown, thrownOf } from "./thrown.js";
export { type CallWatch, watchCalls } from "./watch-calls.js";
export {
  hasTransformedRule,
  type TransformedBound,
  transformedBound,
  transformedRoundings,
} from "./transformed-bound.js";
