/**
 * One replica of an application with plain methods of @nestjs/schedule: each writes into Redis that it ran. `REPLICA` says where and how. It
 * prints `loaded`, begins at SIGUSR2, and prints `ready`.
 */
import 'reflect-metadata'
import { once } from 'node:events'
import { Injectable, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule'
import { Redis } from 'ioredis'
import { BeatModule, ChordisModule, TakeOver, type TakeOverOptions } from '../../../src/modules/index.js'

export interface ReplicaOptions {
  name: string
  /** Where its runs are written. */
  redis: string
  /** What is asked for claims. Default: the same. */
  claims?: string
  namespace: string
  takeOver: boolean | TakeOverOptions
}

const given = JSON.parse(process.env.REPLICA ?? '{}') as ReplicaOptions
const redis = new Redis(given.redis)
const WRITE = `local t = redis.call('TIME') return redis.call('RPUSH', KEYS[1], ARGV[1] .. ' ' .. t[1] * 1000 + math.floor(t[2] / 1000))`

const ran = (job: string) => redis.eval(WRITE, 1, `runs:${given.namespace}:${job}`, given.name)

@Injectable()
class Jobs {
  @Cron('* * * * * *')
  cron() {
    return ran('cron')
  }

  @Cron('* * * * * *', { name: 'named', timeZone: 'Europe/Paris' })
  named() {
    return ran('named')
  }

  @Interval(1_000)
  interval() {
    return ran('interval')
  }

  @Interval('local', 1_000)
  local() {
    return ran('local')
  }

  @Timeout(200)
  timeout() {
    return ran('timeout')
  }
}

@Module({
  imports: [
    // The library first: it explores before we are asked.
    ScheduleModule.forRoot(),
    ChordisModule.forRoot({
      redis: given.claims ?? given.redis,
      namespace: given.namespace,
      roles: ['api'],
      logger: logger(),
    }),
    BeatModule.forRoot({ takeOver: given.takeOver }),
  ],
  providers: [Jobs],
})
class AppModule {}

function logger() {
  const say = (fields: object, message = '') => console.log(JSON.stringify({ ...fields, message }))
  return { debug: say, info: say, warn: say, error: say }
}

const told = once(process, 'SIGUSR2')
console.log('loaded')
await told
const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] })
process.once('SIGTERM', async () => {
  await app.close()
  console.log(`stats ${JSON.stringify(app.get(TakeOver).stats())}`)
  await redis.quit()
})
console.log('ready')
