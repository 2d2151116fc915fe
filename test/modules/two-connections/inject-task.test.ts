/** `@InjectTask`: tasks to call, of both connections. */
import { Injectable } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
import { chain, type Json, type TaskContext } from '../../../src/engine/index.js'
import { type CallableTask, Ctx, InjectTask, Task, type TaskOf, Tasks } from '../../../src/modules/index.js'
import { useRedis } from '../../support/redis-server.js'
import { TwoConnections } from './app.js'

const redis = useRedis()

@Tasks({ prefix: 'mail', queue: 'mail' })
class MailTasks {
  @Task()
  compose(name: string, greeting = 'Dear'): string {
    return `${greeting} ${name}`
  }

  @Task()
  async send(@Ctx() ctx: TaskContext, letter: string): Promise<{ sent: string; by: string }> {
    return { sent: letter, by: ctx.task }
  }

  notATask(): void {}
}

@Tasks({ connection: 'reports' })
class ReportTasks {
  @Task('sum')
  sum(numbers: number[]): number {
    return numbers.reduce((a, b) => a + b, 0)
  }
}

@Injectable()
class Service {
  constructor(
    @InjectTask(MailTasks.prototype.compose) readonly compose: TaskOf<MailTasks['compose']>,
    @InjectTask('mail.send') readonly send: TaskOf<MailTasks['send']>,
    @InjectTask(ReportTasks.prototype.sum) readonly sum: TaskOf<ReportTasks['sum']>,
    @InjectTask('elsewhere', { queue: 'far' }) readonly elsewhere: CallableTask<[Json], Json>,
  ) {}

  async greet(name: string): Promise<{ sent: string; by: string }> {
    const letter: string = await (await this.compose.submit(name)).result({ timeoutMs: 20_000 })
    return (await this.send.submitWith({ id: `greet-${name}` }, letter)).result({ timeoutMs: 20_000 })
  }
}

describe('@InjectTask', () => {
  const boot = () => TwoConnections.boot(redis.url, { main: [MailTasks], reports: [ReportTasks], providers: [Service] })

  test('a service calls tasks of both connections, by method and by name, with their types', async () => {
    const two = await boot()
    const service = two.app.get(Service)
    const sum: number = await (await service.sum.submit([1, 2])).result({ timeoutMs: 20_000 })
    expect(sum).toBe(3)
    expect(await service.greet('Ada')).toEqual({ sent: 'Dear Ada', by: 'mail.send' })
    expect((await two.main.workflow('greet-Ada').status()).state).toBe('SUCCESS')
  })

  test('they build canvases, whose calls go to the queue that the task names', async () => {
    const { app, main } = await boot()
    const { compose, send, elsewhere } = app.get(Service)
    const canvas = chain(compose.s('Bob', 'Hello'), send.s())
    expect(canvas.steps.map((step) => step.options?.queue)).toEqual(['mail', 'mail'])
    expect(elsewhere.s(1).options?.queue).toBe('far')
    const handle = await main.submit(canvas)
    const result: { sent: string; by: string } = await handle.result({ timeoutMs: 20_000 })
    expect(result).toEqual({ sent: 'Hello Bob', by: 'mail.send' })
    // @ts-expect-error a letter is text
    expect(() => send.s(5)).not.toThrow()
    // @ts-expect-error the context is not an argument
    expect(() => send.s({}, 'letter')).not.toThrow()
  })

  test('a method that is no task is refused where it is written', () => {
    expect(() => InjectTask(MailTasks.prototype.notATask)).toThrow('@InjectTask(notATask): this method is no task')
  })
})
