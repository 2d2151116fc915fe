/**
 * A service on a free port for the tests of HTTP, closed after the test file; and a task that a test holds until it lets go.
 */
import { Injectable } from '@nestjs/common'
import supertest from 'supertest'
import { afterAll } from 'vitest'
import type { Json, TaskContext } from '../../src/engine/index.js'
import { Ctx, Task } from '../../src/modules/index.js'
import { createService, type Service, type ServiceOptions } from '../../src/modules/service/index.js'

/**
 * `serve(options)` boots a silent service; all are closed after the last test of the file. Without GraphQL, whose schema takes each 0.2 s of
 * CPU to build; `useServices({})` gives what users get.
 */
export function useServices(
  all: Partial<ServiceOptions> = { graphql: false },
): (options: ServiceOptions) => Promise<Service & { http: ReturnType<typeof supertest> }> {
  const open: Service[] = []
  afterAll(async () => {
    await Promise.all(open.map((service) => service.close()))
  })
  return async (options) => {
    const service = await createService({ port: 0, logger: false, ...all, ...options })
    open.push(service)
    return { ...service, http: supertest(service.url) }
  }
}

@Injectable()
export class EchoTasks {
  @Task('echo')
  echo(value: Json): Json {
    return value
  }

  @Task('kwargs')
  kwargs(@Ctx() ctx: TaskContext): Json {
    return ctx.kwargs
  }

  @Task('add')
  add(...numbers: number[]): number {
    return numbers.flat().reduce((sum, n) => sum + n, 0)
  }

  @Task('throws')
  throws(message: string): never {
    throw new TypeError(message)
  }

  @Task('throws.null')
  throwsNull(): never {
    throw null
  }

  @Task('bigint')
  bigint(): bigint {
    return 1n
  }
}

/** The task `gate` runs until `open()`; `entered` resolves when it has begun. */
@Injectable()
export class GateTasks {
  private release: () => void = () => undefined
  private enter: () => void = () => undefined
  private readonly released = new Promise<void>((resolve) => {
    this.release = resolve
  })
  readonly entered = new Promise<void>((resolve) => {
    this.enter = resolve
  })

  @Task('gate')
  async gate(value: Json): Promise<Json> {
    this.enter()
    await this.released
    return value
  }

  open(): void {
    this.release()
  }
}
