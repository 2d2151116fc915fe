import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { describe, expect, test } from 'vitest'
import { signature, type TaskContext, type TaskEvent, task } from '../../src/engine/index.js'
import { assertCalled, assertSubmitted, VirtualClock } from '../../src/engine/testing/index.js'
import {
  ChordisClient,
  ChordisModule,
  Ctx,
  createAdapter,
  HealthModule,
  InjectChordis,
  OnTask,
  Task,
  TaskRegistry,
  Tasks,
} from '../../src/modules/index.js'
import { AccessModule, RestModule } from '../../src/modules/service/index.js'
import { ChordisTestingModule, InlineChordis, withInlineChordis } from '../../src/modules/testing/index.js'

@Injectable()
class Rates {
  of(currency: string): number {
    return currency === 'EUR' ? 1 : 2
  }
}

@Injectable()
class Billing {
  constructor(@Inject(Rates) private readonly rates: Rates) {}

  @Task()
  convert(@Ctx() ctx: TaskContext, cents: number, currency: string): number {
    if (ctx.attempt === 1) ctx.retry({ countdownMs: 3_600_000 })
    return cents * this.rates.of(currency)
  }
}

@Injectable()
class Orders implements OnModuleInit {
  early: { id: string } | undefined

  constructor(@Inject(ChordisClient) private readonly chordis: ChordisClient) {}

  async onModuleInit(): Promise<void> {
    this.early = await this.chordis.submit(signature('convert', [1, 'EUR']))
  }

  async price(cents: number): Promise<unknown> {
    const handle = await this.chordis.submit(signature('convert', [cents, 'USD']), { name: 'price' })
    return handle.result()
  }
}

@Module({ imports: [ChordisModule.forFeature([Billing, Rates])], providers: [Orders], exports: [Orders] })
class OrdersModule {}

// Nobody listens there: a test that called Redis would fail.
@Module({
  imports: [ChordisModule.forRoot({ redis: 'redis://127.0.0.1:1' }), OrdersModule, HealthModule, AccessModule.forRoot({}), RestModule],
})
class AppModule {}

describe('ChordisTestingModule', () => {
  test('runs the tasks of providers inline, with what is injected into them', async () => {
    const module = await Test.createTestingModule({
      imports: [
        ChordisTestingModule.forRoot({ clock: new VirtualClock({ now: 0 }), tasks: [task('one', () => 1).definition] }),
        OrdersModule,
      ],
    }).compile()
    await module.init()
    const chordis = module.get(InlineChordis)
    expect(module.get(ChordisClient)).toBe(chordis)
    expect(await module.get(Orders).price(50)).toBe(100)
    assertSubmitted(chordis, 'convert', { args: [50, 'USD'], submit: { name: 'price' }, times: 1 })
    assertCalled(chordis, 'convert', { args: [50, 'USD'], times: 2 })
    expect(await (await chordis.submit(signature('one'))).result()).toBe(1)
    chordis.stub('convert', 7)
    expect(await module.get(Orders).price(50)).toBe(7)
    await module.close()
    await expect(chordis.submit(signature('one'))).rejects.toMatchObject({ code: 'closed' })
  })

  test('runs what was submitted before the tasks were found', async () => {
    const module = await Test.createTestingModule({ imports: [OrdersModule, ChordisTestingModule.forRoot()] }).compile()
    await module.init()
    const id = module.get(Orders).early?.id ?? ''
    expect(await module.get(InlineChordis).workflow(id).result()).toBe(1)
    await module.close()
  })
})

describe('withInlineChordis', () => {
  test('gives several connections inline clients of their own, with hooks', async () => {
    const heard: string[] = []

    @Injectable()
    @Tasks({ connection: 'reports' })
    class Reports {
      constructor(@InjectChordis('reports') readonly chordis: ChordisClient) {}

      @Task('report')
      report(name: string): string {
        return `report of ${name}`
      }

      @OnTask('succeeded', { connection: 'reports' })
      hear({ task: name }: TaskEvent): void {
        heard.push(name)
      }
    }

    @Module({
      imports: [
        ChordisModule.forRoot({ redis: 'redis://127.0.0.1:1' }),
        ChordisModule.forRoot({ name: 'reports', redis: 'redis://127.0.0.1:1' }),
        ChordisModule.forFeature([Reports]),
        OrdersModule,
      ],
    })
    class TwoModule {}

    const builder = Test.createTestingModule({ imports: [TwoModule] })
    const module = await withInlineChordis(builder, { connections: ['default', 'reports'] }).compile()
    await module.init()
    const reports = module.get(Reports).chordis
    expect(await (await reports.submit(signature('report', ['May']))).result()).toBe('report of May')
    expect(await module.get(Orders).price(50)).toBe(100)
    expect(heard).toEqual(['report'])
    expect(module.get(ChordisClient)).not.toBe(reports)
    await module.close()
  })

  test('gives a whole application the inline client, and no Redis is called', async () => {
    const module = await withInlineChordis(Test.createTestingModule({ imports: [AppModule] }), { seed: 7 }).compile()
    const app = module.createNestApplication(createAdapter())
    await app.init()
    expect(await app.get(Orders).price(50)).toBe(100)
    const chordis = app.get<InlineChordis>(ChordisClient)
    expect(chordis).toBeInstanceOf(InlineChordis)
    assertSubmitted(chordis, 'convert', { args: [50, 'USD'] })
    expect(app.get(TaskRegistry).names()).toEqual(['convert'])
    await app.close()
  })
})
