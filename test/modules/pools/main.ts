/** The application as a process. Prints `ready`. */
import { fileURLToPath } from 'node:url'
import { NestFactory } from '@nestjs/core'
import { appModule, settings } from './app.js'

const app = await NestFactory.createApplicationContext(appModule(settings(), [fileURLToPath(new URL('./tasks.mjs', import.meta.url))]), {
  logger: ['error', 'warn'],
})
app.enableShutdownHooks()
console.log(`ready ${process.pid}`)
