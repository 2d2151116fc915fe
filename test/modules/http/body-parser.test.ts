/** How bodies are parsed: by the adapter's own parser, by Nest's, or by one of the application; none of them parses what is nested without end. */
import { Body, Controller, Module, Post, type RawBodyRequest, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import request from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAdapter, ProblemFilter } from '../../../src/modules/index.js'

@Controller()
class EchoController {
  @Post()
  echo(@Body() body: unknown, @Req() { rawBody }: RawBodyRequest<object>): object {
    return { body, raw: rawBody?.toString() ?? null }
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

interface Options {
  bodyParser?: boolean
  rawBody?: boolean
}

async function boot(options: Options, setUp?: (app: NestFastifyApplication) => void) {
  const app = await NestFactory.create<NestFastifyApplication>(EchoModule, createAdapter(), {
    logger: false,
    abortOnError: false,
    ...options,
  })
  onTestFinished(() => app.close())
  app.useGlobalFilters(new ProblemFilter({ debug() {}, info() {}, warn() {}, error() {} }))
  setUp?.(app)
  await app.listen(0, '127.0.0.1')
  const post = (body: string, type = 'application/json') => request(app.getHttpServer()).post('/').set('content-type', type).send(body)
  return { post }
}

describe.each<[string, Options, boolean]>([
  ["the adapter's parser", { bodyParser: false }, false],
  ["Nest's parser", {}, false],
  ["Nest's parser, which keeps the raw body", { rawBody: true }, true],
])('%s', (_name, options, keepsRaw) => {
  test('refuses more than 1,024 levels before it parses them, and takes 1,024', async () => {
    const { post } = await boot(options)
    const refused = await post(nested(1_025)).expect(413)
    expect(refused.body).toMatchObject({ code: 'limit-exceeded', detail: 'body: is nested deeper than 1024 levels' })
    await post(nested(1_024)).expect(201)
    await post(nested(500_000)).expect(413)
  })

  test('takes what media types may say besides, and leaves keys of prototypes alone', async () => {
    const { post } = await boot(options)
    const text = '{"__proto__":{"a":1},"constructor":{"prototype":2},"text":"é[{"}'
    const { text: answer } = await post(text, 'application/json; charset=utf-8').expect(201)
    expect(answer).toContain('"__proto__":{"a":1}')
    expect(JSON.parse(answer).raw).toBe(keepsRaw ? text : null)
  })

  test('says what is no JSON', async () => {
    const { post } = await boot(options)
    expect((await post('{"a":').expect(400)).body).toMatchObject({ code: 'request-invalid' })
    expect((await post('').expect(400)).body).toMatchObject({ code: 'request-invalid' })
  })
})

test.each([{ bodyParser: false }, {}])('an application may bring its own parser (%o)', async (options) => {
  const { post } = await boot(options, (app) => {
    app.useBodyParser('application/json', {}, (_request: unknown, body: Buffer, done: (error: null, body: unknown) => void) =>
      done(null, { length: body.length }),
    )
  })
  expect((await post('[1,2]').expect(201)).body).toEqual({ body: { length: 5 }, raw: null })
})
