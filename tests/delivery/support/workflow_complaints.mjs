import { validateWorkflow } from '@action-validator/core';

/** What is wrong with a workflow. The validator's schema is older than the permission that attestations need. */
export function complaintsOf(workflow) {
  const { errors } = validateWorkflow(workflow.replace(/^ +attestations: write\n/gm, ''));
  return errors.map(({ path, title }) => `${path}: ${title}`);
}
