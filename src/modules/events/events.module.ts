/** Streams of events that clients of this process follow, whatever the surface. Import it beside `ChordisModule.forRoot` in a process of role `api`. */
import { Module } from '@nestjs/common'
import { EventStreams } from './event-streams.js'

/** Streams of events that clients of this process follow. */
@Module({ providers: [EventStreams], exports: [EventStreams] })
export class EventsModule {}
