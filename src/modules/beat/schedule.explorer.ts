/** The schedules of an application: those of its `schedules` option and those of its `@Scheduled()` methods. */
import { Inject, Injectable } from '@nestjs/common'
import { DiscoveryService, MetadataScanner } from '@nestjs/core'
import { type ScheduleDefinition, signature } from '../../engine/index.js'
import type { ChordisConnection } from '../connections/connection.js'
import { Connections } from '../connections/connections.js'
import { featureOf } from '../connections/feature.js'
import { methodsOf } from '../tasks/methods.js'
import { TaskAccessor } from '../tasks/task.accessor.js'
import { BEAT_OPTIONS, type BeatModuleOptions } from './beat.options.js'
import { scheduledOf } from './scheduled.decorator.js'

/** A schedule that the application declares. */
export interface DeclaredSchedule {
  connection: ChordisConnection
  definition: ScheduleDefinition
  /** `Class.method`, or the option. */
  origin: string
}

@Injectable()
export class ScheduleExplorer {
  constructor(
    @Inject(BEAT_OPTIONS) private readonly options: BeatModuleOptions,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(TaskAccessor) private readonly tasks: TaskAccessor,
    @Inject(Connections) private readonly connections: Connections,
  ) {}

  /** @throws Error where two have one id */
  find(): DeclaredSchedule[] {
    const connection = this.connections.get(this.options.connection)
    const listed = (this.options.schedules ?? []).map((definition) => ({ connection, definition, origin: 'the `schedules` option' }))
    const found = [...listed, ...this.decorated()]
    const places = new Map<string, string>()
    for (const { connection: of, definition, origin } of found) {
      const place = `${of.name} ${definition.tenant ?? '-'}:${definition.id}`
      const taken = places.get(place)
      if (taken !== undefined)
        throw new Error(`Chordis: ${origin}: schedule ${definition.id} is declared by ${taken} already; give one of them another id`)
      places.set(place, origin)
    }
    return found
  }

  private *decorated(): Generator<DeclaredSchedule> {
    for (const { wrapper, prototype, key, origin } of methodsOf(this.discovery, this.scanner)) {
      const scheduled = scheduledOf(Reflect.get(prototype, key))
      const task = scheduled.length === 0 ? undefined : this.tasks.read(prototype, key)
      if (task === undefined) continue
      const connection = this.connections.get(task.connection ?? featureOf(wrapper) ?? this.options.connection)
      for (const { rules, options } of scheduled) {
        const { args = [], kwargs = {}, ...rest } = options
        const queue = task.queue === undefined ? {} : { queue: task.queue }
        const canvas = signature(task.name, args, kwargs, queue)
        yield { connection, definition: { id: task.name, ...rest, rules, canvas }, origin }
      }
    }
  }
}
