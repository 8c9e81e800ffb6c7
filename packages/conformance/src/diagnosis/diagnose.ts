/** From the results of a run to its causes, with a few problems more that are run for it. */

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

/** What the failures of a run have in common. Nothing where nothing has failed. Takes some seconds at most. */
export async function diagnose({ cases, results: all, ...options }: DiagnoseOptions): Promise<Diagnosis> {
  // What a backend says that it does not take, it has computed neither right nor wrong.
  const results = all.map((each): CaseResult => (each.notTaken ? { ...each, status: "skipped" } : each));
  if (!results.some(({ status }) => status === "failed")) return { findings: [] };
  const observations = observe(cases, results);
  const session = createSession(options);
  try {
    const tensors = await tensorFindings(results, session);
    const protocol = tensors.length > 0 ? tensors : await protocolFindings(observations, session);
    // Where tensors or the order are wrong every value is, and no rule about values means anything.
    const values: readonly Finding[] =
      protocol.length > 0
        ? []
        : [...(await conv2dFindings(observations, session)), ...(await operationFindings(observations, session))];
    const signs = signFindings(cases, results, [...protocol, ...values].length > 0);
    return { findings: [...protocol, ...values, ...signs] };
  } finally {
    await session.dispose();
  }
}
