/** ChordisHealthIndicator in the health check of the real @nestjs/terminus, over HTTP, for both connections. */
import { Controller, Get, Inject } from '@nestjs/common'
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus'
import request from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ChordisHealthIndicator, ChordisModule, Drain } from '../../../src/modules/index.js'
import { RedisServer, uniqueName, useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { TwoConnections } from './app.js'

const redis = useRedis()

@Controller('health')
class Health {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(ChordisHealthIndicator) private readonly chordis: ChordisHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([
      () => this.chordis.isHealthy('chordis', { timeoutMs: 500 }),
      () => this.chordis.isHealthy('reports', { connection: 'reports', timeoutMs: 500 }),
    ])
  }

  @Get('other')
  @HealthCheck()
  other() {
    return this.health.check([() => this.chordis.isHealthy('other', { connection: 'other', timeoutMs: 500 })])
  }
}

describe('terminus', () => {
  const parts = { imports: [TerminusModule.forRoot({ logger: false })], controllers: [Health] }

  test('both connections are up, with the time of a PING', async () => {
    const two = await TwoConnections.boot(redis.url, parts)
    const { body } = await request(await two.app.getUrl())
      .get('/health')
      .expect(200)
    expect(body).toMatchObject({ status: 'ok', info: { chordis: { status: 'up' }, reports: { status: 'up' } }, error: {} })
    expect(body.details.reports.pingMs).toBeGreaterThan(0)
  })

  test('a process that is going away is down', async () => {
    const two = await TwoConnections.boot(redis.url, parts)
    two.app.get(Drain).begin()
    const { body } = await request(await two.app.getUrl())
      .get('/health')
      .expect(503)
    expect(body.error.chordis).toEqual({ status: 'down', message: 'this process is shutting down' })
  })

  test('a connection whose Redis is away is down, the others are not', async () => {
    const server = await RedisServer.start()
    onTestFinished(() => server.stop())
    const other = ChordisModule.forRoot({ name: 'other', redis: server.url, namespace: uniqueName(), worker: { graceMs: 100 } })
    const two = await TwoConnections.boot(redis.url, { ...parts, imports: [...parts.imports, other] })
    const url = await two.app.getUrl()
    await request(url).get('/health/other').expect(200)
    await server.kill9()
    const { body } = await until(async () => {
      const answer = await request(url).get('/health/other')
      return answer.status === 503 ? answer : null
    })
    expect(body.error.other.status).toBe('down')
    await request(url).get('/health').expect(200)
    await server.restart()
    await until(async () => (await request(url).get('/health/other')).status === 200)
  })
})
