/** The tests of ../dead.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../dead.test.js'
