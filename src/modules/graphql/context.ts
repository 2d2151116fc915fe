/** What the resolvers of one request share. */
import type { FastifyRequest } from 'fastify'
import type { WorkflowStatus } from '../../engine/index.js'
import type { AskingRequest } from '../access/asking.js'
import type { Principal } from '../access/principal.js'
import type { WorkflowOperations } from '../operations/workflows.operations.js'
import type { Deadline } from './deadline.js'

/** The third argument of every resolver. */
export interface GraphqlContext {
  request: FastifyRequest & AskingRequest
  /** How long it may take. */
  deadline: Deadline
  /** Looks at workflows, by id: each is looked at once in a request, however many fields ask, and those of a list all at the same time. */
  statuses: Map<string, Promise<WorkflowStatus>>
}

/** The status of a workflow, looked at once in a request. */
export function statusIn(
  { statuses }: GraphqlContext,
  workflows: WorkflowOperations,
  principal: Principal,
  id: string,
): Promise<WorkflowStatus> {
  const known = statuses.get(id)
  if (known !== undefined) return known
  const look = workflows.get(principal, id)
  statuses.set(id, look)
  return look
}
