/** `WebhooksModule`: the ends of workflows are told over HTTPS. */
import { type DynamicModule, Module } from '@nestjs/common'
import { WEBHOOKS_OPTIONS, type WebhooksOptions } from './webhooks.options.js'
import { WebhookRunner } from './webhooks.runner.js'

/** Webhooks of an application. Beside `ChordisModule.forRoot`, once per application: `WebhooksModule.forRoot({})`. Without it nothing is told to anybody. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a static method of a class
export class WebhooksModule {
  /** Turns them on. Boot fails (`request-invalid`) for options that cannot be. */
  static forRoot(options: WebhooksOptions = {}): DynamicModule {
    return {
      module: WebhooksModule,
      global: true,
      providers: [{ provide: WEBHOOKS_OPTIONS, useValue: options }, WebhookRunner],
      exports: [WebhookRunner],
    }
  }
}
