/** The tests of ../queues.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../queues.test.js'
