/** Schedules: looked at, changed, run. */
import { Inject } from '@nestjs/common'
import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql'
import { behindSchedule, ChordisError, type OverlapPolicy, type ScheduleView, type Timing } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import type { Shown } from '../../operations/redact.js'
import { type OwnSchedule, ScheduleOperations } from '../../operations/schedules.operations.js'
import { given, type Maybe } from '../given.js'
import { located, pagePath } from '../located.js'
import { OverlapPolicyEnum } from '../types/enums.js'
import { AFTER, type Connection, connection, FIRST, pageOf } from '../types/page.js'
import { MsScalar } from '../types/scalars.js'
import {
  BackfillInput,
  BackfillReport,
  PreviewTick,
  Schedule,
  ScheduleChange,
  ScheduleConnection,
  ScheduleDifference,
  ScheduleInput,
  ScheduleTrigger,
  ScheduleUpsert,
  TimingInput,
} from '../types/schedules.js'
import { canvasOf, canvasPath } from './workflow-arguments.js'

/** Times of a preview. */
const MOST_TIMES = 200

@Resolver(() => Schedule)
export class ScheduleResolver {
  constructor(@Inject(ScheduleOperations) private readonly operations: ScheduleOperations) {}

  @Query(() => ScheduleConnection, { complexity: 2, description: 'Schedules, by tenant and id.' })
  async schedules(
    @Asking() principal: Principal,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<Connection<Shown<ScheduleView>>> {
    const page = await located(pagePath, () => this.operations.list(principal, pageOf({ first, after })))
    return connection(page.schedules, page.cursor, { first, after }, behindSchedule)
  }

  @Query(() => Schedule, { nullable: true, complexity: 2, description: 'One schedule; an error of code not-found when there is none.' })
  schedule(@Asking() principal: Principal, @Args('id', { type: () => ID }) id: string): Promise<Shown<ScheduleView>> {
    return this.operations.get(principal, id)
  }

  @Query(() => ScheduleDifference, { complexity: 10, description: 'What an upsert would do.' })
  async compareSchedule(
    @Asking() principal: Principal,
    @Args('input', { type: () => ScheduleInput }) input: Readonly<ScheduleInput>,
  ): Promise<ScheduleDifference> {
    return located(schedulePath(input), async () => this.operations.compare(principal, definitionOf(input)))
  }

  @Query(() => [PreviewTick], { complexity: 10, description: 'The times that come next: of a schedule, or of times that are none yet.' })
  async schedulePreview(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID, nullable: true }) id: Maybe<string>,
    @Args('timing', { type: () => TimingInput, nullable: true, description: 'In place of `id`.' }) timing: Maybe<Readonly<TimingInput>>,
    @Args('count', { type: () => Int, defaultValue: 10, description: `1 to ${MOST_TIMES}.` }) count: number,
    @Args('after', { type: () => MsScalar, nullable: true, description: 'Default: now.' }) after: Maybe<number>,
  ): Promise<PreviewTick[]> {
    if (count > MOST_TIMES) throw new ChordisError('request-invalid', `must be at most ${MOST_TIMES}`, { path: 'count' })
    const what = id ?? (timing && (given({ ...timing }) as Timing))
    if (what === null || what === undefined || (id && timing))
      throw new ChordisError('request-invalid', 'either id or timing must be there', { path: 'id' })
    return located(
      (path) => path.replace(/^schedule(?=\.)/, 'timing'),
      async () => this.operations.preview(principal, what, { count, ...given({ after }) }),
    )
  }

  @Mutation(() => ScheduleUpsert, { complexity: 10, description: 'Makes it, or changes it to what is given. Safe to repeat.' })
  upsertSchedule(
    @Asking() principal: Principal,
    @Args('input', { type: () => ScheduleInput }) input: Readonly<ScheduleInput>,
    @Args('onlyNew', { type: () => Boolean, nullable: true, description: 'Refuse to change one that is there (already-exists).' })
    onlyNew: Maybe<boolean>,
  ): Promise<ScheduleUpsert> {
    return located(schedulePath(input), async () => this.operations.upsert(principal, definitionOf(input), given({ onlyNew })))
  }

  @Mutation(() => ScheduleChange, { complexity: 10, description: 'It does not fire until it is resumed.' })
  async pauseSchedule(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String, nullable: true }) reason: Maybe<string>,
  ): Promise<ScheduleChange> {
    return { id, changed: await this.operations.pause(principal, id, given({ reason })) }
  }

  @Mutation(() => ScheduleChange, { complexity: 10, description: 'It fires again.' })
  async resumeSchedule(@Asking() principal: Principal, @Args('id', { type: () => ID }) id: string): Promise<ScheduleChange> {
    return { id, changed: await this.operations.resume(principal, id) }
  }

  @Mutation(() => ScheduleChange, { complexity: 10, description: 'Its workflows that run go on.' })
  async deleteSchedule(@Asking() principal: Principal, @Args('id', { type: () => ID }) id: string): Promise<ScheduleChange> {
    await this.operations.delete(principal, id)
    return { id, changed: true }
  }

  @Mutation(() => ScheduleTrigger, { complexity: 10, description: 'Runs it now.' })
  triggerSchedule(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('overlap', { type: () => OverlapPolicyEnum, nullable: true }) overlap: Maybe<OverlapPolicy>,
    @Args('requestId', { type: () => String, nullable: true, description: 'The same one again runs it no second time.' })
    requestId: Maybe<string>,
  ): Promise<ScheduleTrigger> {
    return this.operations.trigger(principal, id, given({ overlap, requestId }))
  }

  @Mutation(() => BackfillReport, { complexity: 50, description: 'Runs it for times that have passed.' })
  backfillSchedule(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('input', { type: () => BackfillInput }) { from, to, ...rest }: Readonly<BackfillInput>,
  ): Promise<BackfillReport> {
    return located(
      (path) => `input.${path}`,
      () => this.operations.backfill(principal, id, { from, to, ...given(rest) }),
    )
  }
}

/** What it may be, the engine says. */
function definitionOf({ canvas, canvasJson, submit, catchUp, ...rest }: Readonly<ScheduleInput>): OwnSchedule {
  const submission = submit && given({ ...submit, limits: submit.limits && given({ ...submit.limits }) })
  const fields = given({ ...rest, submit: submission, catchUp: catchUp && given({ ...catchUp }) })
  return { ...fields, canvas: canvasOf({ canvas, canvasJson }) } as OwnSchedule
}

const schedulePath =
  ({ canvasJson }: Readonly<ScheduleInput>) =>
  (path: string): string =>
    `input.${canvasPath(path.replace(/^schedule\./, ''), canvasJson)}`
