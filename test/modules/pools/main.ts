/** The application as a process. Prints `ready`. */
import { fileURLToPath } from 'node:url'
import { NestFactory } from '@nestjs/core'
import { AppModule, settings } from './app.js'

const app = await NestFactory.createApplicationContext(
  AppModule.make(settings(), [fileURLToPath(new URL('./tasks.mjs', import.meta.url))]),
  {
    logger: ['error', 'warn'],
  },
)
app.enableShutdownHooks()
console.log(`ready ${process.pid}`)
