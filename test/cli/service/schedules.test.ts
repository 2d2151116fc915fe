/** The tests of ../schedules.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../schedules.test.js'
