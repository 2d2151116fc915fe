/** The workflow that a change was made to, looked at anew: two changes of one request see what each of them left. */
import { Inject } from '@nestjs/common'
import { Parent, ResolveField, Resolver } from '@nestjs/graphql'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { WorkflowOperations } from '../../operations/workflows.operations.js'
import { SubmitPayload, WorkflowChange, WorkflowReopening } from '../types/workflow-changes.js'
import { Workflow, type WorkflowSource } from '../types/workflows.js'

const AFTERWARDS = { nullable: true, complexity: 2, description: 'As it is now.' } as const

@Resolver(() => SubmitPayload)
export class SubmitPayloadFields {
  constructor(@Inject(WorkflowOperations) private readonly workflows: WorkflowOperations) {}

  @ResolveField(() => Workflow, AFTERWARDS)
  workflow(@Parent() { id }: SubmitPayload, @Asking() principal: Principal): Promise<WorkflowSource> {
    return this.workflows.get(principal, id)
  }
}

@Resolver(() => WorkflowChange)
export class WorkflowChangeFields {
  constructor(@Inject(WorkflowOperations) private readonly workflows: WorkflowOperations) {}

  @ResolveField(() => Workflow, AFTERWARDS)
  workflow(@Parent() { id }: WorkflowChange, @Asking() principal: Principal): Promise<WorkflowSource> {
    return this.workflows.get(principal, id)
  }
}

@Resolver(() => WorkflowReopening)
export class WorkflowReopeningFields {
  constructor(@Inject(WorkflowOperations) private readonly workflows: WorkflowOperations) {}

  @ResolveField(() => Workflow, AFTERWARDS)
  workflow(@Parent() { id }: WorkflowReopening, @Asking() principal: Principal): Promise<WorkflowSource> {
    return this.workflows.get(principal, id)
  }
}
