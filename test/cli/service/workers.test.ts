/** The tests of ../workers.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../workers.test.js'
