/** `@OnTask` and `@OnWorkflow` on both connections. */
import { Inject, Injectable } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
import { signature, type TaskContext, type TaskEvent, type TaskFailed, type WorkflowEvent } from '../../../src/engine/index.js'
import { ChordisClient, Ctx, OnTask, OnWorkflow, Task } from '../../../src/modules/index.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { success, TwoConnections } from './app.js'

const redis = useRedis()

class Tasks {
  @Task('ok')
  ok(n: number): number {
    return n + 1
  }

  @Task('bad')
  bad(): never {
    throw new TypeError('bad')
  }

  @Task('twice')
  twice(@Ctx() ctx: TaskContext): string {
    if (ctx.attempt === 1) ctx.retry({ countdownMs: 0 })
    return 'done'
  }
}

@Injectable()
class Audit {
  readonly lines: string[] = []
  readonly ended: WorkflowEvent[] = []
  constructor(@Inject(ChordisClient) private readonly chordis: ChordisClient) {}

  @OnTask('started')
  @OnTask('retried')
  @OnTask('succeeded')
  any({ type, task, attempt }: TaskEvent): void {
    this.lines.push(`${task} ${type} ${attempt}`)
  }

  @OnTask('failed', { task: 'bad' })
  bad({ error }: TaskFailed): void {
    this.lines.push(`bad failed: ${error.message}`)
  }

  @OnTask('succeeded', { task: 'bad' })
  never(): void {
    this.lines.push('never')
  }

  @OnWorkflow('succeeded')
  @OnWorkflow('failed')
  async outcome({ type, workflow }: WorkflowEvent): Promise<void> {
    const { state } = await this.chordis.workflow(workflow).status()
    this.lines.push(`workflow ${type}, which is ${state}`)
  }

  @OnWorkflow('ended', { connection: 'reports' })
  reports(event: WorkflowEvent): void {
    this.ended.push(event)
  }
}

@Injectable()
class Broken {
  @OnTask('succeeded')
  throws(): never {
    throw new Error('thrown by a hook')
  }

  @OnWorkflow('ended')
  async rejects(): Promise<never> {
    throw new Error('rejected by a hook')
  }
}

describe('hooks', () => {
  test('are told of attempts and of workflows, by name and by task', async () => {
    const two = await TwoConnections.boot(redis.url, { main: [Tasks], providers: [Audit] })
    const audit = two.app.get(Audit)
    await two.run(signature('ok', [1]))
    await until(() => audit.lines.length === 3)
    expect(audit.lines.splice(0)).toEqual(['ok started 1', 'ok succeeded 1', 'workflow succeeded, which is SUCCESS'])
    await two.run(signature('bad'))
    await until(() => audit.lines.length === 3)
    expect(audit.lines.splice(0)).toEqual(['bad started 1', 'bad failed: bad', 'workflow failed, which is FAILURE'])
    await two.run(signature('twice'))
    await until(() => audit.lines.length === 5)
    expect(audit.lines.slice(0, 4)).toEqual(['twice started 1', 'twice retried 1', 'twice started 2', 'twice succeeded 2'])
    expect(audit.ended).toEqual([])
  })

  test('of a connection hear of no other', async () => {
    @Injectable()
    class Reports {
      readonly heard: string[] = []
      @OnTask('succeeded', { connection: 'reports' })
      told({ task }: TaskEvent): void {
        this.heard.push(task)
      }
      @OnWorkflow('ended', { connection: 'reports' })
      ended(): void {
        this.heard.push('ended')
      }
    }
    const two = await TwoConnections.boot(redis.url, { main: [Tasks], reports: [Tasks], providers: [Reports] })
    expect(await two.both(signature('ok', [1]))).toEqual([success(2), success(2)])
    const { heard } = two.app.get(Reports)
    await until(() => heard.length === 2)
    expect(heard).toEqual(['ok', 'ended'])
  })

  test('that throw or reject are logged with their method, and change nothing', async () => {
    const two = await TwoConnections.boot(redis.url, { main: [Tasks], reports: [Tasks], providers: [Broken] })
    expect(await two.both(signature('ok', [1]))).toEqual([success(2), success(2)])
    const failed = () => two.log.filter(({ message }) => message === 'a hook failed').map(({ fields }) => (fields as { hook: string }).hook)
    await until(() => failed().length === 4)
    expect(failed().sort()).toEqual(['Broken.rejects', 'Broken.rejects', 'Broken.throws', 'Broken.throws'])
  })

  test('for what never happens, or for a connection that is not there, are refused at boot', async () => {
    class Misspelt {
      @OnTask('succeded' as 'succeeded')
      told(): void {}
    }
    class Elsewhere {
      @OnWorkflow('ended', { connection: 'elsewhere' })
      told(): void {}
    }
    await expect(TwoConnections.boot(redis.url, { providers: [Misspelt] })).rejects.toThrow(
      'Misspelt.told: "succeded" does not happen to a task',
    )
    await expect(TwoConnections.boot(redis.url, { providers: [Elsewhere] })).rejects.toThrow('there is no connection "elsewhere"')
  })
})
