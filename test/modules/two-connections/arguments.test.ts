/** `@Task({ args })`: DTOs of class-validator and Standard Schemas, on both connections. */
import 'reflect-metadata'
import { Type } from 'class-transformer'
import { ArrayMaxSize, IsInt, IsUrl, Min, ValidateNested } from 'class-validator'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { map, signature, type TaskContext } from '../../../src/engine/index.js'
import { Ctx, dto, Task } from '../../../src/modules/index.js'
import { useRedis } from '../../support/redis-server.js'
import { failureOf, success, TwoConnections } from './app.js'

const redis = useRedis()

class LinkDto {
  @IsUrl({ require_tld: false })
  url!: string
}

class PageDto {
  @IsUrl({ require_tld: false })
  url!: string

  @IsInt()
  @Min(1)
  depth: number = 3

  @ValidateNested({ each: true })
  @Type(() => LinkDto)
  @ArrayMaxSize(2)
  links: LinkDto[] = []

  get host(): string {
    return new URL(this.url).host
  }
}

class Tasks {
  runs = 0

  @Task({ name: 'crawl', args: [PageDto, z.int().optional()], retry: { auto: true, maxRetries: 5, factorMs: 1 } })
  crawl(@Ctx() ctx: TaskContext, page: PageDto, times = 1): unknown[] {
    this.runs++
    return [page instanceof PageDto, page.host, page.depth, times, ctx.task]
  }

  @Task({ name: 'named', kwargs: dto(LinkDto) })
  named(@Ctx() ctx: TaskContext): unknown {
    return ctx.kwargs
  }
}

describe('arguments', () => {
  const boot = () => TwoConnections.boot(redis.url, { main: [Tasks], reports: [Tasks] })

  test('a DTO arrives as an instance of its class; positions do not count the context', async () => {
    const two = await boot()
    const page = { url: 'http://a.example/x' }
    const one = success([true, 'a.example', 3, 1, 'crawl'])
    expect(await two.both(signature('crawl', [page]))).toEqual([one, one])
    expect(await two.run(signature('crawl', [{ ...page, depth: 2 }, 7]))).toEqual(success([true, 'a.example', 2, 7, 'crawl']))
    expect(await two.run(signature('named', [], { url: 'http://b.example' }))).toEqual(success({ url: 'http://b.example' }))
  })

  test('every fault is named by path, nested ones and unknown fields too, and nothing is tried again', async () => {
    const two = await boot()
    const page = { url: 'no where', depth: 0, links: [{ url: 5 }], colour: 'red' }
    const message =
      'args[0].colour: is not a known field; args[0].url: must be a URL address; args[0].depth: must not be less than 1; ' +
      'args[0].links[0].url: must be a URL address; args[1]: Invalid input: expected number, received string'
    const failure = { type: 'TaskArgumentsInvalidError', code: 'arguments-invalid' }
    for (const outcome of await two.both(signature('crawl', [page, 'x']))) {
      const { message: said, ...rest } = failureOf(outcome)
      expect(rest).toEqual(failure)
      expect(said.split('; ').sort()).toEqual(message.split('; ').sort())
    }
    const handle = await two.main.submit(signature('crawl', ['text']))
    expect(failureOf((await handle.outcome({ waitMs: 20_000 }))!).message).toBe('args[0]: must be an object')
    expect((await handle.results())[0]?.attempts).toBe(1)
    expect(two.app.get(Tasks, { strict: false }).runs).toBe(0)
  })

  test('each item of a map is checked', async () => {
    const two = await boot()
    const good = { url: 'http://a.example' }
    expect((await two.run(map('crawl', [good, good]))).state).toBe('SUCCESS')
    expect(failureOf(await two.run(map('crawl', [good, { url: 1 }]))).message).toMatch(/^args\[0\]\.url: /)
  })

  test('a class without rules is refused at boot, with class and method', async () => {
    class Unruled {}
    class Lax {
      @Task({ name: 'lax', args: [Unruled] })
      run(): void {}
    }
    await expect(TwoConnections.boot(redis.url, { main: [Lax] })).rejects.toThrow(
      'the task "lax" of Lax.run: Unruled has no rules of class-validator',
    )
  })

  test('a field called __proto__ does no harm', async () => {
    const two = await boot()
    const page = JSON.parse('{"url":"http://a.example","__proto__":{"depth":9}}')
    const outcome = await two.run(signature('crawl', [page]))
    expect(outcome.state === 'SUCCESS' ? (outcome.result as unknown[])[2] : 3).toBe(3)
  })
})
