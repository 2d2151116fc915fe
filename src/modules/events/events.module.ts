/** What happens, as server-sent events. Import it beside `ChordisModule.forRoot` in a process of role `api`. */
import { Module } from '@nestjs/common'
import { OperationsModule } from '../operations/operations.module.js'
import { EventStreams } from './event-streams.js'
import { EventsController } from './events.controller.js'

/** What happens, as server-sent events. Import it beside `ChordisModule.forRoot` in a process of role `api`. */
@Module({ imports: [OperationsModule], controllers: [EventsController], providers: [EventStreams], exports: [EventStreams] })
export class EventsModule {}
