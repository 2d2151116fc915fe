/** An application where @nestjs/schedule is not installed: it boots, and says what is missing when it is asked to take something over. */
import 'reflect-metadata'
import { register } from 'node:module'

const REFUSE = `export const resolve = (name, context, next) => {
  if (!name.startsWith('@nestjs/schedule')) return next(name, context)
  throw Object.assign(new Error('Cannot find package ' + name), { code: 'ERR_MODULE_NOT_FOUND' })
}`
register(`data:text/javascript,${encodeURIComponent(REFUSE)}`)

const { NestFactory } = await import('@nestjs/core')
const { BeatModule, ChordisModule } = await import('../../../src/modules/index.js')

const boot = (takeOver: boolean) => {
  const chordis = ChordisModule.forRoot({ redis: process.env.REDIS ?? '', namespace: process.env.NAMESPACE ?? '', roles: ['api'] })
  const root = { module: class Root {}, imports: [chordis, BeatModule.forRoot({ takeOver })] }
  return NestFactory.createApplicationContext(root, { logger: false, abortOnError: false })
}

const app = await boot(false)
console.log('booted')
const refused = await boot(true).catch((error: Error) => error.message)
console.log(`refused: ${String(refused)}`)
await app.close()
console.log('ready')
process.exit()
