/**
 * The loggers: Nest's messages through pino, the engine's through Nest.
 */
import { Writable } from 'node:stream'
import { Logger } from '@nestjs/common'
import { pino } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { nestEngineLogger } from '../../src/modules/logging/nest-logger.js'
import { createPino, PinoLogger } from '../../src/modules/logging/pino.logger.js'

function capture(): { logger: PinoLogger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { logger: new PinoLogger(pino({ level: 'trace', base: null }, stream)), lines }
}

afterEach(() => vi.restoreAllMocks())

describe('PinoLogger', () => {
  test('writes the message and the class that logged', () => {
    const { logger, lines } = capture()
    logger.log('started', 'MyService')
    expect(lines[0]).toMatchObject({ level: 30, msg: 'started', context: 'MyService' })
  })

  test('keeps what Nest says about its own boot for debugging', () => {
    const { logger, lines } = capture()
    logger.log('Mapped {/livez, GET} route', 'RouterExplorer')
    expect(lines[0]).toMatchObject({ level: 20 })
  })

  test('keeps the stack that Nest passes beside an error message', () => {
    const { logger, lines } = capture()
    logger.error('failed', 'Error: x\n    at file.ts:1', 'Ctx')
    expect(lines[0]).toMatchObject({ level: 50, msg: 'failed', context: 'Ctx', stack: expect.stringContaining('at file.ts') as string })
  })

  test('writes errors and objects as fields', () => {
    const { logger, lines } = capture()
    logger.warn(new Error('boom'))
    logger.debug({ a: 1 })
    expect(lines[0]).toMatchObject({ level: 40, msg: 'boom', err: { message: 'boom' } })
    expect(lines[1]).toMatchObject({ level: 20, a: 1 })
  })
})

describe('the logger of a service', () => {
  test('writes no secret: by name, in URLs, in errors and their causes, in what a child logger is bound to', () => {
    const lines: string[] = []
    const logger = createPino('info', { write: (line) => void lines.push(line) })
    const cause = Object.assign(new Error('refused'), { command: { name: 'auth', args: ['hunter2'] } })
    logger.info({ headers: { authorization: 'Bearer hunter2' } }, 'to redis://:hunter2@host')
    logger.error({ err: new Error('redis://me:hunter2@host is away', { cause }) }, 'failed')
    logger.child({ token: 'hunter2', request: 7 }).warn('bound')
    expect(lines.join('')).not.toContain('hunter2')
    const [first, second, third] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(first).toMatchObject({ msg: 'to redis://:[redacted]@host', headers: { authorization: '[redacted]' } })
    expect(second).toMatchObject({ err: { type: 'Error', cause: { message: 'refused', command: 'auth' } } })
    expect(third).toMatchObject({ request: 7, token: '[redacted]' })
  })
})

describe('the engine in an application with a logger of its own', () => {
  test("logs through Nest's logger with its fields", () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined)
    nestEngineLogger().warn({ lane: 2 }, 'lane reopened')
    expect(warn).toHaveBeenCalledWith('lane reopened {"lane":2}')
  })
})
