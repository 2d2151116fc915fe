/**
 * `BeatModule`: what happens at times. It brings declared schedules into Redis and fires them. With `takeOver`, the `@Cron`, `@Interval` and `@Timeout` methods of an application run in one of its replicas
 * per tick.
 */
import { ConfigurableModuleBuilder, Module } from '@nestjs/common'
import { DiscoveryModule, MetadataScanner } from '@nestjs/core'
import { TaskAccessor } from '../tasks/task.accessor.js'
import { BEAT_OPTIONS, type BeatModuleOptions } from './beat.options.js'
import { BeatRunner } from './beat.runner.js'
import { ScheduleExplorer } from './schedule.explorer.js'
import { TakeOver } from './take-over.js'

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<BeatModuleOptions>({ optionsInjectionToken: BEAT_OPTIONS })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createBeatOptions')
  .build()

/** Schedules of an application, and @nestjs/schedule taken over. Beside `ChordisModule.forRoot`, once per application: `BeatModule.forRoot({ takeOver: true })`. */
@Module({
  imports: [DiscoveryModule],
  providers: [BeatRunner, MetadataScanner, ScheduleExplorer, TaskAccessor, TakeOver],
  exports: [BeatRunner, TakeOver],
})
export class BeatModule extends ConfigurableModuleClass {}
