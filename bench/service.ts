/** A process with the REST interface and no worker, for workloads that measure it: answers its memory when it is asked, and ends with its parent. */
import { createService } from '../src/modules/service/index.js'
import type { Place } from './contract.js'

const { url, prefix } = JSON.parse(process.argv[2] ?? '') as Place
process.on('disconnect', () => process.exit(0))
const service = await createService({ redis: url, namespace: prefix, roles: ['api'], port: 0, logger: false })
process.on('message', () => process.send?.({ rss: process.memoryUsage().rss }))
process.send?.({ url: service.url })
