/*
 * Classes of accounts: rules over effective privileges, the assignments they make, and those that people make.
 * Not here: what a privilege means (engines), reading accounts (accounts), how many of each there are (accounts/statistics).
 * Begin with rule-language.ts and evaluator.ts, then classify.ts.
 */
import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import type { Handlers } from '../../http/index.ts';
import { assignmentHandlers } from './handlers/assignments.ts';
import { classHandlers } from './handlers/classes.ts';
import { ruleHandlers } from './handlers/rules.ts';

export { classificationWork, startClassification } from './classification-session.ts';
export { classifyInstance, instanceChanged } from './classify.ts';
export { readExpression } from './rule-language.ts';
export { forgetMarks } from './queries/marks.ts';

/** §4 accounts/classifications */
export const classificationHandlers = (deps: Deps): Handlers<typeof catalogue.accountsClassifications> => ({
  ...classHandlers(deps),
  ...ruleHandlers(deps),
  ...assignmentHandlers(deps),
});
