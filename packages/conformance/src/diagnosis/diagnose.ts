/** Finds causes from the results of a run. For this it runs a few more problems. */

import type { ConformanceCase } from "../case.js";
import type { CaseResult } from "../run-conformance.js";
import { conv2dFindings } from "./conv2d-findings.js";
import type { Diagnosis, Finding } from "./diagnosis.js";
import { observe } from "./observations.js";
import { operationFindings } from "./operation-findings.js";
import { protocolFindings } from "./protocol-findings.js";
import { createSession, type SessionOptions } from "./session.js";
import { signFindings } from "./sign-findings.js";
import { tensorFindings } from "./tensor-findings.js";

export interface DiagnoseOptions extends SessionOptions {
  /** The cases that ran. */
  readonly cases: readonly ConformanceCase[];
  readonly results: readonly CaseResult[];
}

/** A finding from cases with more than one run, behind a certain one: the fault that is certain may make these cases fail too. */
function behindAnother(finding: Finding): Finding {
  const evidence = [finding.evidence ?? [], "this may be a consequence of the first finding"].flat().join("; ");
  return { ...finding, evidence, certain: false };
}

/** The findings about the failures of a run; none if nothing failed. This takes some seconds at most. */
export async function diagnose({ cases, results: all, ...options }: DiagnoseOptions): Promise<Diagnosis> {
  // A problem that the backend refused is neither right nor wrong.
  const results = all.map((each): CaseResult => (each.notTaken ? { ...each, status: "skipped" } : each));
  if (!results.some(({ status }) => status === "failed")) return { findings: [] };
  const observations = observe(cases, results);
  const session = createSession(options);
  try {
    const tensors = await tensorFindings(results, session);
    const protocol = tensors.length > 0 ? tensors : await protocolFindings(observations, session);
    // If tensors or the order of calls are wrong, every value is wrong, and a rule about values has no meaning.
    const values: readonly Finding[] =
      protocol.length > 0
        ? []
        : [...(await conv2dFindings(observations, session)), ...(await operationFindings(observations, session))];
    const [first] = [...protocol, ...values];
    const signs = signFindings(cases, results, first !== undefined);
    return { findings: [...protocol, ...values, ...(first?.certain ? signs.map(behindAnother) : signs)] };
  } finally {
    await session.dispose();
  }
}
