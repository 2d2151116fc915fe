/**
 * What to inject for a connection. The default one's client is injected by its class; another one's by its name.
 */
import { Inject } from '@nestjs/common'
import { Client, TaskRegistry } from '../../engine/index.js'
import { CHORDIS_LOGGER } from '../chordis.options.js'
import { ChordisConnection } from './connection.js'

export const DEFAULT_CONNECTION = 'default'

type Part = 'client' | 'tasks' | 'connection'
const DEFAULTS = { client: Client, tasks: TaskRegistry, connection: ChordisConnection }

/** Token of a part of the connection with this name. */
export function tokenOf<P extends Part>(part: P, name: string = DEFAULT_CONNECTION): (typeof DEFAULTS)[P] | symbol {
  return name === DEFAULT_CONNECTION ? DEFAULTS[part] : Symbol.for(`chordis.${part}:${name}`)
}

/** Token of what a connection logs to. */
export const loggerTokenOf = (name: string): symbol => (name === DEFAULT_CONNECTION ? CHORDIS_LOGGER : Symbol.for(`chordis.logger:${name}`))

/** Token of the client of the connection with this name, for `inject: […]` of a factory. */
export const getChordisToken = (name?: string): typeof Client | symbol => tokenOf('client', name)

/** Injects the client of the connection with this name. */
export const InjectChordis = (name?: string): ParameterDecorator & PropertyDecorator => Inject(getChordisToken(name))
