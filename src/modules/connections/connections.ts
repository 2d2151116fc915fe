/**
 * The connections of this process, found among its providers: whoever imports `ChordisModule.forRoot` once more adds one.
 */
import { Inject, Injectable } from '@nestjs/common'
import { DiscoveryService } from '@nestjs/core'
import { ChordisConnection } from './connection.js'
import { DEFAULT_CONNECTION } from './tokens.js'

/** All connections of the process. */
@Injectable()
export class Connections {
  private found: Map<string, ChordisConnection> | undefined

  constructor(@Inject(DiscoveryService) private readonly discovery: DiscoveryService) {}

  /** All of them, the default one first. */
  get all(): ChordisConnection[] {
    return [...this.byName().values()]
  }

  /** @throws Error naming those that there are */
  get(name: string = DEFAULT_CONNECTION): ChordisConnection {
    const connection = this.byName().get(name)
    if (connection !== undefined) return connection
    throw new Error(`Chordis: there is no connection "${name}"; there is ${[...this.byName().keys()].join(', ') || 'none'}`)
  }

  private byName(): Map<string, ChordisConnection> {
    this.found ??= this.discover()
    return this.found
  }

  private discover(): Map<string, ChordisConnection> {
    const connections = this.discovery
      .getProviders()
      .filter((wrapper) => !wrapper.isAlias)
      .map((wrapper): unknown => wrapper.instance)
      .filter((instance) => instance instanceof ChordisConnection)
    const found = new Map<string, ChordisConnection>()
    for (const connection of connections.sort((a, b) => rank(a) - rank(b))) {
      if (found.has(connection.name)) {
        throw new Error(`Chordis: there are two connections "${connection.name}"; give one of them a name: forRoot({ name: '…' })`)
      }
      found.set(connection.name, connection)
    }
    return found
  }
}

const rank = ({ name }: ChordisConnection): number => (name === DEFAULT_CONNECTION ? 0 : 1)
