import { Injectable, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { expect, onTestFinished, test } from 'vitest'
import { Client, type Logger } from '../../../src/engine/index.js'
import { BeatModule, type BeatModuleOptions, BeatRunner, ChordisModule, Ctx, Scheduled, Task } from '../../../src/modules/index.js'
import { uniqueName, useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'

const redis = useRedis()
const ran: string[] = []

@Injectable()
class Jobs {
  @Scheduled({ everyMs: 1_000 }, { args: ['x'] })
  plain(value: string): void {
    ran.push(`plain ${value}`)
  }

  @Task({ name: 'report', queue: 'reports', bind: true })
  @Scheduled('0 3 * * *', { timeZone: 'Europe/Berlin' })
  @Scheduled('@yearly', { id: 'report-yearly', overlap: 'bufferOne', kwargs: { kind: 'year' } })
  report(@Ctx() ctx: { kwargs: { kind?: string } }): void {
    ran.push(`report ${ctx.kwargs.kind ?? 'day'}`)
  }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** A replica of an application with these jobs. */
async function replica(namespace: string, options: BeatModuleOptions, logger: Logger = silent) {
  @Module({
    imports: [
      ChordisModule.forRoot({ redis: redis.url, namespace, logger }),
      ChordisModule.forFeature([Jobs]),
      BeatModule.forRoot(options),
    ],
  })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false })
  onTestFinished(() => app.close())
  return app
}

async function client(namespace: string): Promise<Client> {
  const connected = await Client.connect({ redis: redis.url, namespace })
  onTestFinished(() => connected.close())
  return connected
}

test('a @Scheduled() method is a task, and three replicas submit it once per time', async () => {
  const namespace = uniqueName()
  const apps = await Promise.all([1, 2, 3].map(() => replica(namespace, {})))
  const { schedules } = await client(namespace)
  const { runs } = await until(
    async () => {
      const found = await schedules.get('Jobs.plain')
      return found.counts.fired >= 3 && found
    },
    { what: 'three ticks' },
  )
  expect(new Set(runs.map(({ nominalTime }) => nominalTime)).size).toBe(runs.length)
  // A replica counts a tick when the answer to its write has come.
  const counted = () => apps.flatMap((app) => app.get(BeatRunner).statistics()).reduce((sum, { fired }) => sum + fired, 0)
  await until(() => counted() >= 3, { what: 'the replicas have counted what they fired' })
  await until(() => ran.includes('plain x'), { what: 'it ran' })
})

test('several @Scheduled() of one method are several schedules of its @Task()', async () => {
  const namespace = uniqueName()
  await replica(namespace, {})
  const { schedules } = await client(namespace)
  const daily = await schedules.get('report')
  expect(daily).toMatchObject({ timing: { rules: [{ cron: '0 3 * * *' }], timeZone: 'Europe/Berlin' }, overlap: 'skip' })
  expect(daily.canvas).toMatchObject({ task: 'report', options: { queue: 'reports' } })
  expect(await schedules.get('report-yearly')).toMatchObject({ overlap: 'bufferOne', canvas: { kwargs: { kind: 'year' } } })
  await schedules.trigger('report-yearly')
  await until(() => ran.includes('report year'), { what: 'it ran' })
})

test('a deployment changes what differs and says so; what a person paused stays paused; what is declared no more goes when that is wanted', async () => {
  const namespace = uniqueName()
  const schedule = (id: string, note: string) => ({ id, rules: '@daily', canvas: { task: 'report' }, note })
  const first = await replica(namespace, { source: 'shop', schedules: [schedule('a', '1'), schedule('b', '1')] })
  const { schedules } = await client(namespace)
  await schedules.upsert({ id: 'by-hand', rules: '@daily', canvas: { task: 'report' } })
  await schedules.pause('a', { reason: 'broken' })
  await first.close()
  const lines: [message: string | undefined, fields: object][] = []
  const hear = (fields: object, message?: string) => lines.push([message, fields])
  await replica(namespace, { source: 'shop', prune: true, schedules: [schedule('a', '2')] }, { ...silent, info: hear, warn: hear })
  expect(lines).toContainEqual(['schedule changed', expect.objectContaining({ schedule: 'a', changed: ['note'] })])
  expect(lines).toContainEqual(['a declared schedule is paused', expect.objectContaining({ schedule: 'a' })])
  expect(lines).toContainEqual(['schedule removed: it is declared no more', expect.objectContaining({ schedule: 'b' })])
  const { schedules: left } = await schedules.list()
  expect(left.map(({ id }) => id)).toEqual(['Jobs.plain', 'a', 'by-hand', 'report', 'report-yearly'])
  expect(left[1]).toMatchObject({ note: '2', paused: { reason: 'broken' }, next: null })
})

test('what cannot be a schedule stops the start, and names where it stands', async () => {
  const wrong = [{ id: 'x', rules: '61 * * * *', canvas: { task: 'report' } }]
  await expect(replica(uniqueName(), { schedules: wrong })).rejects.toThrow(/the `schedules` option: schedule\.rules\[0\]/)
  const twice = [{ id: 'report', rules: '@daily', canvas: { task: 'report' } }]
  await expect(replica(uniqueName(), { schedules: twice })).rejects.toThrow(
    /Jobs\.report: schedule report is declared by the `schedules` option already/,
  )
})
