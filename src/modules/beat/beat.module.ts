/**
 * `BeatModule`: what happens at times. With `takeOver`, the `@Cron`, `@Interval` and `@Timeout` methods of an application run in one of its replicas
 * per tick.
 */
import { ConfigurableModuleBuilder, Module } from '@nestjs/common'
import { DiscoveryModule } from '@nestjs/core'
import { BEAT_OPTIONS, type BeatModuleOptions } from './beat.options.js'
import { TakeOver } from './take-over.js'

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<BeatModuleOptions>({ optionsInjectionToken: BEAT_OPTIONS })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createBeatOptions')
  .build()

/** Beside `ChordisModule.forRoot`, once per application: `BeatModule.forRoot({ takeOver: true })`. */
@Module({ imports: [DiscoveryModule], providers: [TakeOver], exports: [TakeOver] })
export class BeatModule extends ConfigurableModuleClass {}
