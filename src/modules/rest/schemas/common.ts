/** Parts that many answers share. */
import { NODE_STATES, type WireError, WORKFLOW_STATES } from '../../../engine/index.js'
import type { Fault, Problem } from '../../http/problem.js'
import { choice, listOf, name, nullable, object, optional, text, whole } from '../schema.js'

export const WORKFLOW_ID = '00-7k2m9q4r8s1t5v3w6x0y'

const NAME = { pattern: '^[A-Za-z0-9._-]{1,128}$' }
export const workflowId = text('Id of a workflow', WORKFLOW_ID, NAME)
export const taskId = text(
  'Id of a task call within its workflow: `17`; `17/0` (written `17%2F0`) for what task 17 added; or the id of its signature',
  '0',
)
export const queueName = text('Name of a queue', 'default', NAME)
export const scheduleId = text('Id of a schedule', 'nightly', NAME)
export const keyId = text('Id of an API key', '3f2a9k4m7q1x')
export const letterId = text('`<workflow>:<task>`; slashes are written `%2F`', `${WORKFLOW_ID}:0`)

export const workflowState = choice(WORKFLOW_STATES, 'State of a workflow')
export const nodeState = choice(NODE_STATES, 'State of a task call')
export const cursor = nullable(text('Where the next part begins; null at the end', '1767225600000:00-7k2m9q4r8s1t5v3w6x0y'), true)
export const hidden = optional({
  schema: { const: true, description: 'Payloads were left out: the credential lacks `payloads:read`' },
  example: true,
})

const fault = object<Fault>({
  path: text('Where in the request', 'canvas.chain[2].args'),
  rule: text('The rule that is broken', 'must be an array'),
})

export const problem = name(
  'Problem',
  object<Problem>(
    {
      type: text('`urn:chordis:problem:<code>`', 'urn:chordis:problem:canvas-invalid'),
      title: text('What this code means', 'The canvas is not valid'),
      status: whole('Status of the answer', 400),
      code: text('What it is, for programs; codes stay', 'canvas-invalid') as never,
      detail: text('What it is, for people', 'canvas.chain[2].args: must be an array'),
      path: optional(text('Where in the request the fault is', 'canvas.chain[2].args')),
      errors: optional(listOf(fault, 'Every fault, when there is more than one')) as never,
      workflow: optional(text('The workflow concerned; of `outcome-unknown`, the id to send again', WORKFLOW_ID)),
      instance: optional(text('Path of the request', '/v1/workflows')),
    },
    'What went wrong (RFC 9457). A 503 and a 429 carry `Retry-After`, in seconds.',
  ),
)

export const wireError = name(
  'TaskError',
  object<WireError>(
    {
      type: text('Name of the error’s class', 'TypeError'),
      message: text('What it said', 'fetch failed'),
      stack: optional(text('Where it was thrown', 'TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)')),
      code: optional(text('Code of an error that Chordis or the system raised', 'ECONNREFUSED')),
      workflow: optional(text('Of a `ChildWorkflowError`: the child', WORKFLOW_ID)),
      cause: optional({ schema: { $ref: '#/components/schemas/TaskError' }, example: { type: 'Error', message: 'connect ECONNREFUSED' } }),
    },
    'What a task failed with',
  ),
)
