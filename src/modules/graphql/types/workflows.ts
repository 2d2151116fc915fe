/** Workflows in the schema. */
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql'
import type { RunView, ScheduledBy, TaskView, WorkflowRow, WorkflowStatus, WorkflowSummary } from '../../../engine/index.js'
import type { Shown } from '../../operations/redact.js'
import { Failure } from './common.js'
import { EdgeConditionEnum, NodeStateEnum, OutcomeStateEnum, RunKindEnum, RunOpenerEnum, WorkflowStateEnum } from './enums.js'
import { PageInfo } from './page.js'
import { JsonScalar, MsScalar } from './scalars.js'

/** What a workflow is resolved from: a row of a list, or what a look at it said. */
export type WorkflowSource = WorkflowSummary &
  Partial<Pick<WorkflowRow, 'task'>> & { paused?: WorkflowRow['paused'] | WorkflowStatus['paused'] }

@ObjectType({ description: 'Nodes by how they ended, callbacks included.' })
export class NodeCounts {
  @Field(() => Int)
  total!: number
  @Field(() => Int)
  success!: number
  @Field(() => Int)
  failure!: number
  @Field(() => Int)
  revoked!: number
  @Field(() => Int)
  skipped!: number
  @Field(() => Int, { description: 'Those that have not ended.' })
  remaining!: number
}

@ObjectType()
export class WorkflowPause {
  @Field(() => MsScalar)
  since!: number
  @Field(() => String, { nullable: true })
  reason!: string | null
}

@ObjectType({ description: 'By which schedule a workflow was submitted, and for when.' })
export class WorkflowOrigin implements ScheduledBy {
  @Field(() => ID)
  id!: string
  @Field(() => RunKindEnum)
  kind!: ScheduledBy['kind']
  @Field(() => MsScalar)
  nominalTime!: number
  @Field(() => MsScalar, { description: 'How much later than it was due.' })
  latenessMs!: number
}

@ObjectType({ description: 'How a workflow ended.' })
export class WorkflowOutcome {
  @Field(() => OutcomeStateEnum)
  state!: string
  @Field(() => JsonScalar, { nullable: true })
  result?: unknown
  @Field(() => Boolean, { description: 'It succeeded, and its result was not kept.' })
  ignored!: boolean
  @Field(() => Failure, { nullable: true })
  error?: Failure
  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Of a canvas that ends in a group: an outcome per member, each {state, result?, error?, results?}.',
  })
  results?: unknown
  @Field(() => Boolean, { description: 'Payloads were left out: the credential lacks payloads:read.' })
  hidden!: boolean
}

@ObjectType({ description: 'Tasks by how they had ended at the end of a run.' })
export class RunCounts {
  @Field(() => Int)
  success!: number
  @Field(() => Int)
  failure!: number
  @Field(() => Int)
  revoked!: number
  @Field(() => Int)
  skipped!: number
  @Field(() => Int)
  remaining!: number
}

@ObjectType({ description: 'One execution of a workflow: the first, or one that a retry or rerun opened.' })
export class WorkflowRun {
  @Field(() => Int)
  run!: number
  @Field(() => RunOpenerEnum)
  opened!: RunView['opened']
  @Field(() => [String], { nullable: true, description: 'Of a rerun: the first ten of its tasks.' })
  tasks?: string[]
  @Field(() => WorkflowStateEnum)
  state!: string
  @Field(() => MsScalar)
  openedAt!: number
  @Field(() => MsScalar, { nullable: true })
  startedAt!: number | null
  @Field(() => MsScalar, { nullable: true })
  endedAt!: number | null
  @Field(() => RunCounts)
  counts!: RunCounts
}

@ObjectType({ description: 'One task call of a workflow.' })
export class Task implements Omit<Shown<TaskView>, 'hidden'> {
  @Field(() => ID, { description: 'Within its workflow: 17, or 17/0 for what task 17 added.' })
  id!: string
  @Field(() => ID, { nullable: true, description: 'The id that its signature was given.' })
  taskId?: string
  @Field(() => String, { description: 'Its name.' })
  task!: string
  @Field(() => String, { description: 'A NodeState, or while it runs what the task calls it.' })
  state!: string
  @Field(() => Int)
  attempts!: number
  @Field(() => ID, { nullable: true, description: 'The child workflow that it waits for.' })
  child?: string
  workflow!: string
}

@ObjectType({ description: 'What a task call came to.' })
export class TaskResult {
  @Field(() => JsonScalar, { nullable: true, description: 'What the running task says of itself.' })
  info?: unknown
  @Field(() => JsonScalar, { nullable: true })
  result?: unknown
  @Field(() => Failure, { nullable: true })
  error?: Failure
  @Field(() => Boolean)
  ignored!: boolean
  @Field(() => Boolean)
  hidden!: boolean
}

@ObjectType()
export class TaskConnection {
  @Field(() => [Task])
  nodes!: Task[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType()
export class StateCount {
  @Field(() => NodeStateEnum)
  state!: string
  @Field(() => Int)
  count!: number
}

@ObjectType({ description: 'A part of a graph: a task call, many that are alike, or a point where several meet.' })
export class GraphNode {
  @Field(() => ID, { description: 'Of many alike: what `of` takes.' })
  id!: string
  @Field(() => String, { nullable: true, description: 'null: a point where several meet.' })
  task!: string | null
  @Field(() => String, { nullable: true })
  queue?: string
  @Field(() => Int, { description: 'How many task calls it stands for.' })
  count!: number
  @Field(() => [StateCount])
  states!: StateCount[]
  @Field(() => ID, { nullable: true, description: 'The task call that added it while it ran.' })
  parent?: string
  @Field(() => String, { nullable: true, description: 'Where in the canvas it was written; of a canvas that is checked.' })
  path?: string
}

@ObjectType({ description: '`to` comes after `from`.' })
export class GraphEdge {
  @Field(() => ID)
  from!: string
  @Field(() => ID)
  to!: string
  @Field(() => EdgeConditionEnum)
  when!: 'success' | 'failure'
}

@ObjectType({ description: 'A page of a workflow’s graph.' })
export class Graph {
  @Field(() => [GraphNode])
  nodes!: GraphNode[]
  @Field(() => [GraphEdge], { description: 'From the nodes of this page.' })
  edges!: GraphEdge[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType({ description: 'One submitted canvas.' })
export class Workflow {
  @Field(() => ID)
  id!: string
  @Field(() => String, { nullable: true })
  name?: string
  @Field(() => [String])
  tags!: string[]
  @Field(() => String, { description: '-: nobody’s.' })
  tenant!: string
  @Field(() => Int)
  partition!: number
  @Field(() => WorkflowStateEnum)
  state!: string
  @Field(() => Int, { description: '1 at first; a retry or rerun opens the next one.' })
  run!: number
  @Field(() => Boolean, { description: 'Every node is terminal, callbacks included.' })
  ended!: boolean
  @Field(() => NodeCounts)
  counts!: NodeCounts
  @Field(() => MsScalar)
  createdAt!: number
  @Field(() => MsScalar, { nullable: true, description: 'When its first attempt started.' })
  startedAt!: number | null
  @Field(() => MsScalar, { nullable: true, description: 'When its outcome was there.' })
  outcomeAt!: number | null
  @Field(() => MsScalar, { nullable: true, description: 'When its last node ended.' })
  endedAt!: number | null
}

@ObjectType()
export class WorkflowEdge {
  @Field(() => Workflow)
  node!: WorkflowSource
  @Field(() => String)
  cursor!: string
}

@ObjectType()
export class WorkflowConnection {
  @Field(() => [WorkflowEdge])
  edges!: WorkflowEdge[]
  @Field(() => [Workflow])
  nodes!: WorkflowSource[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType({ description: 'How many workflows there are, by state.' })
export class WorkflowCounts {
  @Field(() => Int)
  PENDING!: number
  @Field(() => Int)
  STARTED!: number
  @Field(() => Int)
  SUCCESS!: number
  @Field(() => Int)
  FAILURE!: number
  @Field(() => Int)
  REVOKED!: number
  @Field(() => Int)
  total!: number
}

@InputType({ description: 'Which workflows are meant: all conditions hold together.' })
export class WorkflowFilterInput {
  @Field(() => [WorkflowStateEnum], { nullable: true, description: 'In one of these states.' })
  states?: ('PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED')[] | null
  @Field(() => String, { nullable: true, description: 'Whose canvas calls this task.' })
  task?: string | null
  @Field(() => String, { nullable: true })
  tag?: string | null
  @Field(() => String, { nullable: true, description: 'Of exactly this name.' })
  name?: string | null
  @Field(() => ID, { nullable: true, description: 'Children of this workflow.' })
  parent?: string | null
  @Field(() => ID, { nullable: true, description: 'Submitted by this schedule.' })
  schedule?: string | null
  @Field(() => MsScalar, { nullable: true, description: 'Created before this instant.' })
  before?: number | null
  @Field(() => MsScalar, { nullable: true, description: 'Created at this instant or after it.' })
  after?: number | null
}
