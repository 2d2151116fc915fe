// Made by scripts/generate-openapi.mjs from docs/openapi.json. Do not edit.
export type paths = {
	"/v1/workflows": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Workflows, the newest first */
		get: operations["listWorkflows"];
		put?: never;
		/**
		 * Submit a canvas, or many as NDJSON
		 * @description Sent as `application/x-ndjson`, each line is a submission (with `idempotencyKey` as a field) and is answered by a line, in their order, with status 200. A line that is wrong refuses only itself.
		 */
		post: operations["submitWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/counts": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** How many workflows there are, by state */
		get: operations["countWorkflows"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** State, counts and times of a workflow */
		get: operations["getWorkflow"];
		put?: never;
		post?: never;
		/** Remove it with all that is stored of it */
		delete: operations["deleteWorkflow"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/graph": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its task calls, and what comes after them */
		get: operations["getGraph"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/tasks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its task calls, in the order of their definition */
		get: operations["listTaskCalls"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/tasks/{task}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One task call with its result or error */
		get: operations["getTaskCall"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/result": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its outcome, waited for as long as you say */
		get: operations["getResult"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/runs": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its runs: a retry or rerun opens the next one */
		get: operations["listRuns"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/revoke": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** End it, or some of its task calls */
		post: operations["revokeWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/pause": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Nothing new of it starts */
		post: operations["pauseWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/resume": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** It goes on */
		post: operations["resumeWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/priority": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** What waits of it has this priority */
		post: operations["setPriority"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/retry": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run it again from its failures */
		post: operations["retryWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/rerun": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run task calls of it again, and what depends on them */
		post: operations["rerunWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/bulk": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Change many at once
		 * @description Each as if it were the only one. A call ends after 10 s; what is left is gone on with by `cursor`. Demands the scope of the action too.
		 */
		post: operations["changeWorkflows"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/canvas/validate": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** What a canvas would be, without storing it */
		post: operations["validateCanvas"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/tasks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Tasks that workers know, and those that calls wait for, by name */
		get: operations["listTasks"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Queues that hold something, are served or paused, by name */
		get: operations["listQueues"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One queue */
		get: operations["getQueue"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/tasks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The tasks that come next; none is taken */
		get: operations["peekQueue"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/pause": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** No worker is given anything of it */
		post: operations["pauseQueue"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/resume": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** It goes on */
		post: operations["resumeQueue"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/purge": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Revoke what waits in it */
		post: operations["purgeQueue"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/move": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Let what waits in it wait in another one */
		post: operations["moveQueue"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workers": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Workers, by name; dead ones until they are given up */
		get: operations["listWorkers"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workers/active": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What they run now, as they say */
		get: operations["listRunning"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workers/commands": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Tell workers to do something, and gather what they say
		 * @description Every worker that was meant is in the answer. One that is unanswered may have done it, once at most.
		 */
		post: operations["commandWorkers"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Schedules, by id */
		get: operations["listSchedules"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What it is, what comes next, its last runs */
		get: operations["getSchedule"];
		/**
		 * Make a schedule, or change it to what is sent
		 * @description Safe to repeat. `If-None-Match: *` only makes: 412 when there is one. `dryRun=true` only says what would change.
		 */
		put: operations["putSchedule"];
		post?: never;
		/** Remove it; its workflows go on */
		delete: operations["deleteSchedule"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/pause": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** It does not fire until it is resumed */
		post: operations["pauseSchedule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/resume": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** It goes on with the next time after now */
		post: operations["resumeSchedule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/trigger": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run it now */
		post: operations["triggerSchedule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/backfill": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run it for times that have passed */
		post: operations["backfillSchedule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/preview": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The times that come next */
		get: operations["previewSchedule"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/preview": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** The times of rules that are no schedule yet */
		post: operations["previewTiming"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/dead-letters": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Tasks that failed for good, the newest first */
		get: operations["listDeadLetters"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/dead-letters/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One with what it was called with, and how its attempts ended */
		get: operations["getDeadLetter"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/dead-letters/requeue": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run them again */
		post: operations["requeueDeadLetters"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/dead-letters/drop": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** List them no more */
		post: operations["dropDeadLetters"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/limits": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What the service refuses */
		get: operations["getLimits"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
};
export type webhooks = Record<string, never>;
export type components = {
	schemas: {
		/**
		 * @example {
		 *       "from": 1767139200000,
		 *       "to": 1767225600000,
		 *       "overlap": "bufferAll",
		 *       "limit": 100,
		 *       "dryRun": true
		 *     }
		 */
		BackfillRequest: {
			/**
			 * @description The first time, Unix ms
			 * @example 1767139200000
			 */
			from: number;
			/**
			 * @description No time from here on, Unix ms
			 * @example 1767225600000
			 */
			to: number;
			/**
			 * @description Default `bufferAll`: one after another
			 * @example bufferAll
			 * @enum {string}
			 */
			overlap?: "skip" | "bufferOne" | "bufferAll" | "cancelOther" | "terminateOther" | "allowAll";
			/**
			 * @description At most so many. Default 1,000
			 * @example 100
			 */
			limit?: number;
			/**
			 * @description Only look. Default false
			 * @example true
			 */
			dryRun?: boolean;
		};
		/**
		 * @example {
		 *       "times": [
		 *         1767225600000
		 *       ],
		 *       "fired": 1,
		 *       "waiting": 0,
		 *       "known": 0,
		 *       "skipped": 0
		 *     }
		 */
		Backfilled: {
			times: number[];
			/** @description Submitted */
			fired: number;
			/** @description They start when earlier runs have ended */
			waiting: number;
			/** @description Had been fired before */
			known: number;
			/** @description Left out by the overlap policy */
			skipped: number;
		};
		/**
		 * @example {
		 *       "reason": "the target is down",
		 *       "terminate": false
		 *     }
		 */
		BulkOptionsRequest: {
			/**
			 * @description Why, for people
			 * @example the target is down
			 */
			reason?: string;
			/**
			 * @description As of a revocation
			 * @example false
			 */
			terminate?: boolean;
		};
		/**
		 * @example {
		 *       "matched": 20,
		 *       "changed": 20,
		 *       "failures": [
		 *         {
		 *           "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *           "code": "not-found",
		 *           "message": "there is no workflow x"
		 *         }
		 *       ],
		 *       "failed": 1,
		 *       "cursor": null
		 *     }
		 */
		BulkReport: {
			/** @description Those that were meant */
			matched: number;
			/** @description Those that were changed */
			changed: number;
			/** @description The first 100 */
			failures: {
				/** @description Id of a workflow */
				id: string;
				/** @description Why */
				code: string;
				/** @description Why, for people */
				message: string;
			}[];
			/** @description Those that could not be changed */
			failed: number;
			/** @description Where the next call goes on; null: all are done */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "action": "revoke",
		 *       "ids": [
		 *         "report-7"
		 *       ],
		 *       "dryRun": true
		 *     }
		 */
		BulkRequest: {
			/**
			 * @description What is to be done; it needs the scope of the same change of one workflow
			 * @example revoke
			 * @enum {string}
			 */
			action: "revoke" | "pause" | "resume" | "retry" | "delete";
			/** @description All that it means; it may not be empty. Not together with `ids` */
			filter?: components["schemas"]["FilterRequest"];
			/**
			 * @description These
			 * @example [
			 *       "report-7"
			 *     ]
			 */
			ids?: string[];
			/**
			 * @description Only count. Default false
			 * @example true
			 */
			dryRun?: boolean;
			/** @description Of a filter: `cursor` of the answer before */
			cursor?: string;
			/** @description Of `revoke` and `pause` */
			options?: components["schemas"]["BulkOptionsRequest"];
		};
		/**
		 * @example {
		 *       "valid": true,
		 *       "total": 1,
		 *       "tasks": {
		 *         "pages.fetch": 1
		 *       },
		 *       "queues": {
		 *         "default": 1
		 *       },
		 *       "graph": {
		 *         "nodes": [
		 *           {
		 *             "id": "0",
		 *             "task": "pages.fetch",
		 *             "queue": "default",
		 *             "count": 1,
		 *             "states": {
		 *               "SUCCESS": 1
		 *             },
		 *             "parent": "0",
		 *             "path": "canvas.chain[0]"
		 *           }
		 *         ],
		 *         "edges": [
		 *           {
		 *             "from": "0",
		 *             "to": "1",
		 *             "when": "success"
		 *           }
		 *         ],
		 *         "cursor": null
		 *       },
		 *       "unknownTasks": [
		 *         "pages.fetch"
		 *       ]
		 *     }
		 */
		CanvasReport: {
			/**
			 * @description A canvas that is not is a problem
			 * @constant
			 */
			valid: true;
			/** @description Task calls, callbacks included */
			total: number;
			/** @description Calls by task */
			tasks: {
				[key: string]: number;
			};
			/** @description Calls by queue */
			queues: {
				[key: string]: number;
			};
			graph: {
				nodes: {
					/** @description The task’s id; of many alike, an id to ask for them with (`?of=t3`) */
					id: string;
					/** @description Null: a point where several meet, which no worker runs */
					task: string | null;
					/** @description Name of a queue */
					queue?: string;
					/** @description How many task calls it stands for */
					count: number;
					/** @description How many of them are in which state: PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, SKIPPED */
					states: {
						[key: string]: number;
					};
					/** @description The task call that added it while it ran */
					parent?: string;
					/** @description Where in the canvas it was written; of a check only */
					path?: string;
				}[];
				/** @description From the nodes of this page */
				edges: {
					/** @description A task */
					from: string;
					/** @description What comes after it */
					to: string;
					/**
					 * @description After what
					 * @enum {string}
					 */
					when: "success" | "failure";
				}[];
				/** @description Where the next page begins; null at the end */
				cursor: string | null;
			};
			unknownTasks: string[];
		};
		/**
		 * @example {
		 *       "id": "report-7:0",
		 *       "dryRun": true
		 *     }
		 */
		ChangeLettersRequest: {
			/**
			 * @description This one
			 * @example report-7:0
			 */
			id?: string;
			/** @description All that it means; `{}`: all there are. Not together with `id` */
			filter?: components["schemas"]["LetterFilterRequest"];
			/**
			 * @description Only count. Default false
			 * @example true
			 */
			dryRun?: boolean;
		};
		/**
		 * @example {
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "changed": true
		 *     }
		 */
		Changed: {
			/** @description Id of a workflow */
			id: string;
			/** @description False: it had ended, or there was nothing to do */
			changed: boolean;
		};
		/**
		 * @example {
		 *       "type": "grow",
		 *       "limit": 100,
		 *       "by": 5,
		 *       "queue": "slow",
		 *       "mode": "warm",
		 *       "graceMs": 30000,
		 *       "workers": [
		 *         "mail@host-1"
		 *       ],
		 *       "timeoutMs": 3000
		 *     }
		 */
		CommandRequest: {
			/**
			 * @description What they are to do
			 * @example grow
			 * @enum {string}
			 */
			type: "ping" | "stats" | "quiet" | "resume" | "active" | "reserved" | "grow" | "shrink" | "add-consumer" | "cancel-consumer" | "shutdown";
			/**
			 * @description Of `active` and `reserved`: At most so many attempts of each worker. Default 100
			 * @example 100
			 */
			limit?: number;
			/**
			 * @description Of `grow` and `shrink`: slots
			 * @example 5
			 */
			by?: number;
			/**
			 * @description Of `add-consumer` and `cancel-consumer`
			 * @example slow
			 */
			queue?: string;
			/**
			 * @description Of `shutdown`
			 * @example warm
			 * @enum {string}
			 */
			mode?: "warm" | "cold";
			/**
			 * @description Of a warm `shutdown`: how long what runs may go on, ms
			 * @example 30000
			 */
			graceMs?: number;
			/**
			 * @description Names or ids of workers. Default: all
			 * @example [
			 *       "mail@host-1"
			 *     ]
			 */
			workers?: string[];
			/**
			 * @description How long answers are gathered, ms. Default 3,000
			 * @example 3000
			 */
			timeoutMs?: number;
		};
		/**
		 * @example {
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
		 *       "task": "pages.fetch",
		 *       "queue": "default",
		 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "tenant": "-",
		 *       "error": {
		 *         "type": "TypeError",
		 *         "message": "fetch failed",
		 *         "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
		 *         "code": "ECONNREFUSED",
		 *         "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *         "cause": {
		 *           "type": "Error",
		 *           "message": "connect ECONNREFUSED"
		 *         }
		 *       },
		 *       "attempts": 3,
		 *       "failedAt": 1767225600000
		 *     }
		 */
		DeadLetter: {
			/** @description `<workflow>:<task>`; slashes are written `%2F` */
			id: string;
			/** @description Name of a task */
			task: string;
			/** @description Name of a queue */
			queue: string;
			/** @description Id of a workflow */
			workflow: string;
			/** @description Whose it is */
			tenant: string;
			error: components["schemas"]["TaskError"];
			/** @description Attempts that it had */
			attempts: number;
			/** @description When the last one failed, Unix ms */
			failedAt: number | null;
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		};
		/**
		 * @example {
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
		 *       "task": "pages.fetch",
		 *       "queue": "default",
		 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "tenant": "-",
		 *       "error": {
		 *         "type": "TypeError",
		 *         "message": "fetch failed",
		 *         "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
		 *         "code": "ECONNREFUSED",
		 *         "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *         "cause": {
		 *           "type": "Error",
		 *           "message": "connect ECONNREFUSED"
		 *         }
		 *       },
		 *       "attempts": 3,
		 *       "failedAt": 1767225600000,
		 *       "args": [
		 *         "https://example.org/"
		 *       ],
		 *       "kwargs": {
		 *         "timeout": 30
		 *       },
		 *       "errors": [
		 *         {
		 *           "attempt": 1,
		 *           "at": 1767225600000,
		 *           "error": {
		 *             "type": "TypeError",
		 *             "message": "fetch failed",
		 *             "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
		 *             "code": "ECONNREFUSED",
		 *             "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *             "cause": {
		 *               "type": "Error",
		 *               "message": "connect ECONNREFUSED"
		 *             }
		 *           }
		 *         }
		 *       ]
		 *     }
		 */
		DeadLetterDetails: {
			/** @description `<workflow>:<task>`; slashes are written `%2F` */
			id: string;
			/** @description Name of a task */
			task: string;
			/** @description Name of a queue */
			queue: string;
			/** @description Id of a workflow */
			workflow: string;
			/** @description Whose it is */
			tenant: string;
			error: components["schemas"]["TaskError"];
			/** @description Attempts that it had */
			attempts: number;
			/** @description When the last one failed, Unix ms */
			failedAt: number | null;
			/** @description What it was called with */
			args: unknown[];
			/** @description The same by name */
			kwargs: {
				[key: string]: unknown;
			};
			/** @description Of the attempts before the last one: the first and the last four */
			errors: {
				/** @description From 1 */
				attempt: number;
				/** @description When, Unix ms */
				at: number;
				error: components["schemas"]["TaskError"] | null;
			}[];
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		};
		/**
		 * @example {
		 *       "letters": [
		 *         {
		 *           "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
		 *           "task": "pages.fetch",
		 *           "queue": "default",
		 *           "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *           "tenant": "-",
		 *           "error": {
		 *             "type": "TypeError",
		 *             "message": "fetch failed",
		 *             "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
		 *             "code": "ECONNREFUSED",
		 *             "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *             "cause": {
		 *               "type": "Error",
		 *               "message": "connect ECONNREFUSED"
		 *             }
		 *           },
		 *           "attempts": 3,
		 *           "failedAt": 1767225600000
		 *         }
		 *       ],
		 *       "cursor": null
		 *     }
		 */
		DeadLetterPage: {
			letters: components["schemas"]["DeadLetter"][];
			/** @description Where the next part begins; null at the end */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "matched": 2,
		 *       "changed": 2,
		 *       "ids": [
		 *         "00-7k2m9q4r8s1t5v3w6x0y:0"
		 *       ]
		 *     }
		 */
		DeadLettersChanged: {
			/** @description Those that were meant */
			matched: number;
			/** @description Those that were changed */
			changed: number;
			/** @description Of those that were meant, the first 1,000 */
			ids: string[];
		};
		/**
		 * @example {
		 *       "state": [
		 *         "PENDING",
		 *         "STARTED"
		 *       ],
		 *       "task": "pages.fetch",
		 *       "tag": "reports",
		 *       "name": "the seventh report",
		 *       "parent": "report-7",
		 *       "schedule": "nightly",
		 *       "before": 1767225600000,
		 *       "after": 1767139200000
		 *     }
		 */
		FilterRequest: {
			/**
			 * @description In one of these states
			 * @example [
			 *       "PENDING",
			 *       "STARTED"
			 *     ]
			 */
			state?: ("PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED")[];
			/**
			 * @description Whose canvas calls this task
			 * @example pages.fetch
			 */
			task?: string;
			/**
			 * @description With this tag
			 * @example reports
			 */
			tag?: string;
			/**
			 * @description Of exactly this name
			 * @example the seventh report
			 */
			name?: string;
			/**
			 * @description Children of this workflow
			 * @example report-7
			 */
			parent?: string;
			/**
			 * @description Submitted by this schedule
			 * @example nightly
			 */
			schedule?: string;
			/**
			 * @description Created before this instant, Unix ms
			 * @example 1767225600000
			 */
			before?: number;
			/**
			 * @description Created at this instant or after it, Unix ms
			 * @example 1767139200000
			 */
			after?: number;
		};
		/**
		 * @example {
		 *       "nodes": [
		 *         {
		 *           "id": "0",
		 *           "task": "pages.fetch",
		 *           "queue": "default",
		 *           "count": 1,
		 *           "states": {
		 *             "SUCCESS": 1
		 *           },
		 *           "parent": "0",
		 *           "path": "canvas.chain[0]"
		 *         }
		 *       ],
		 *       "edges": [
		 *         {
		 *           "from": "0",
		 *           "to": "1",
		 *           "when": "success"
		 *         }
		 *       ],
		 *       "cursor": null
		 *     }
		 */
		Graph: {
			nodes: {
				/** @description The task’s id; of many alike, an id to ask for them with (`?of=t3`) */
				id: string;
				/** @description Null: a point where several meet, which no worker runs */
				task: string | null;
				/** @description Name of a queue */
				queue?: string;
				/** @description How many task calls it stands for */
				count: number;
				/** @description How many of them are in which state: PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, SKIPPED */
				states: {
					[key: string]: number;
				};
				/** @description The task call that added it while it ran */
				parent?: string;
				/** @description Where in the canvas it was written; of a check only */
				path?: string;
			}[];
			/** @description From the nodes of this page */
			edges: {
				/** @description A task */
				from: string;
				/** @description What comes after it */
				to: string;
				/**
				 * @description After what
				 * @enum {string}
				 */
				when: "success" | "failure";
			}[];
			/** @description Where the next page begins; null at the end */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "task": "pages.fetch",
		 *       "error": "ECONNREFUSED",
		 *       "workflow": "report-7",
		 *       "before": 1767225600000,
		 *       "after": 1767139200000
		 *     }
		 */
		LetterFilterRequest: {
			/**
			 * @description Calls of this task
			 * @example pages.fetch
			 */
			task?: string;
			/**
			 * @description Type or code of the error, or a text in its message: needs `payloads:read`
			 * @example ECONNREFUSED
			 */
			error?: string;
			/**
			 * @description Of this workflow
			 * @example report-7
			 */
			workflow?: string;
			/**
			 * @description Failed before this instant, Unix ms
			 * @example 1767225600000
			 */
			before?: number;
			/**
			 * @description Failed at this instant or after it, Unix ms
			 * @example 1767139200000
			 */
			after?: number;
		};
		/**
		 * @example {
		 *       "bodyBytes": 4194304,
		 *       "lineBytes": 4194304,
		 *       "nodes": 100000,
		 *       "depth": 64,
		 *       "jsonDepth": 512,
		 *       "page": 1000,
		 *       "waitMs": 60000,
		 *       "bulkIds": 1000,
		 *       "idempotencyKeyMs": 86400000
		 *     }
		 */
		Limits: {
			/** @description A request body, bytes */
			bodyBytes: number;
			/** @description A line of NDJSON, bytes; their number has no limit */
			lineBytes: number;
			/** @description Task calls of one canvas */
			nodes: number;
			/** @description Canvas in canvas */
			depth: number;
			/** @description Arrays and objects in one another */
			jsonDepth: number;
			/** @description The longest part of a list */
			page: number;
			/** @description Longest wait of a request, ms */
			waitMs: number;
			/** @description Ids of one bulk change */
			bulkIds: number;
			/** @description How long an Idempotency-Key is known, ms */
			idempotencyKeyMs: number;
		};
		/**
		 * @example {
		 *       "to": "slow",
		 *       "limit": 1000,
		 *       "task": "pages.fetch",
		 *       "dryRun": true
		 *     }
		 */
		MoveRequest: {
			/**
			 * @description Where they are to wait
			 * @example slow
			 */
			to: string;
			/**
			 * @description At most so many. Default: all
			 * @example 1000
			 */
			limit?: number;
			/**
			 * @description Only calls of this task
			 * @example pages.fetch
			 */
			task?: string;
			/**
			 * @description Only count. Default false
			 * @example true
			 */
			dryRun?: boolean;
		};
		/**
		 * @description What a workflow came to. One that ended in a group has an outcome for each member.
		 * @example {
		 *       "state": "SUCCESS",
		 *       "result": {
		 *         "pages": 45
		 *       }
		 *     }
		 */
		Outcome: {
			/**
			 * @description How it ended
			 * @constant
			 */
			state: "SUCCESS";
			/** @description What the workflow returned */
			result: unknown;
			/**
			 * @description It was not kept
			 * @constant
			 */
			ignored?: true;
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		} | {
			/**
			 * @description How it ended
			 * @constant
			 */
			state: "FAILURE";
			error: components["schemas"]["TaskError"];
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		} | {
			/**
			 * @description How it ended
			 * @constant
			 */
			state: "REVOKED";
			error?: components["schemas"]["TaskError"];
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		} | {
			/**
			 * @description How it ended
			 * @constant
			 */
			state: "GROUP";
			results: components["schemas"]["Outcome"][];
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		} | {
			/**
			 * @description How it ended
			 * @constant
			 */
			state: "SKIPPED";
		};
		/**
		 * @example {
		 *       "reason": "the target is down"
		 *     }
		 */
		PauseQueueRequest: {
			/**
			 * @description Why, for people
			 * @example the target is down
			 */
			reason?: string;
		};
		/**
		 * @example {
		 *       "reason": "the target is down"
		 *     }
		 */
		PauseRequest: {
			/**
			 * @description Why, for people
			 * @example the target is down
			 */
			reason?: string;
		};
		/**
		 * @example {
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "state": "STARTED"
		 *     }
		 */
		Pending: {
			/** @description Id of a workflow */
			id: string;
			/**
			 * @description State of a workflow
			 * @enum {string}
			 */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
		};
		/**
		 * @example {
		 *       "rules": "0 3 * * *",
		 *       "except": [
		 *         {
		 *           "cron": "0 3 25 12 *"
		 *         }
		 *       ],
		 *       "timeZone": "Europe/Berlin",
		 *       "start": "2026-01-01T00:00:00Z",
		 *       "end": "2027-01-01T00:00:00Z",
		 *       "count": 10,
		 *       "after": 1767225600000
		 *     }
		 */
		PreviewTimingRequest: {
			/**
			 * @description When it is due: a cron line, `{crontab}`, `{everyMs}`, `{calendar}`, `{at}`, `{solar}`, or a list of these (docs/guides/schedules.md)
			 * @example 0 3 * * *
			 */
			rules: unknown;
			/**
			 * @description Rules of times that are left out
			 * @example [
			 *       {
			 *         "cron": "0 3 25 12 *"
			 *       }
			 *     ]
			 */
			except?: unknown[];
			/**
			 * @description IANA name of the zone. Default `UTC`
			 * @example Europe/Berlin
			 */
			timeZone?: string;
			/**
			 * @description No time before this: ISO 8601 or Unix ms
			 * @example 2026-01-01T00:00:00Z
			 */
			start?: string | number;
			/**
			 * @description No time after this: ISO 8601 or Unix ms
			 * @example 2027-01-01T00:00:00Z
			 */
			end?: string | number;
			/**
			 * @description How many. Default 10
			 * @example 10
			 */
			count?: number;
			/**
			 * @description Times after this, Unix ms. Default: now
			 * @example 1767225600000
			 */
			after?: number;
		};
		/**
		 * @example {
		 *       "priority": 1,
		 *       "tasks": [
		 *         "0"
		 *       ]
		 *     }
		 */
		PriorityRequest: {
			/**
			 * @description 0 (the most urgent) to 9
			 * @example 1
			 */
			priority: number;
			/**
			 * @description Only these task calls, by their ids
			 * @example [
			 *       "0"
			 *     ]
			 */
			tasks?: string[];
		};
		/**
		 * @description What went wrong (RFC 9457). A 503 and a 429 carry `Retry-After`, in seconds.
		 * @example {
		 *       "type": "urn:chordis:problem:canvas-invalid",
		 *       "title": "The canvas is not valid",
		 *       "status": 400,
		 *       "code": "canvas-invalid",
		 *       "detail": "canvas.chain[2].args: must be an array",
		 *       "path": "canvas.chain[2].args",
		 *       "errors": [
		 *         {
		 *           "path": "canvas.chain[2].args",
		 *           "rule": "must be an array"
		 *         }
		 *       ],
		 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "instance": "/v1/workflows"
		 *     }
		 */
		Problem: {
			/** @description `urn:chordis:problem:<code>` */
			type: string;
			/** @description What this code means */
			title: string;
			/** @description Status of the answer */
			status: number;
			/** @description What it is, for programs; codes stay */
			code: string;
			/** @description What it is, for people */
			detail: string;
			/** @description Where in the request the fault is */
			path?: string;
			/** @description Every fault, when there is more than one */
			errors?: {
				/** @description Where in the request */
				path: string;
				/** @description The rule that is broken */
				rule: string;
			}[];
			/** @description The workflow concerned; of `outcome-unknown`, the id to send again */
			workflow?: string;
			/** @description Path of the request */
			instance?: string;
		};
		/**
		 * @example {
		 *       "task": "pages.fetch",
		 *       "dryRun": true
		 *     }
		 */
		PurgeRequest: {
			/**
			 * @description Only calls of this task
			 * @example pages.fetch
			 */
			task?: string;
			/**
			 * @description Only count. Default false
			 * @example true
			 */
			dryRun?: boolean;
		};
		/**
		 * @example {
		 *       "name": "default",
		 *       "ready": 12,
		 *       "byPriority": {
		 *         "5": 12
		 *       },
		 *       "exact": true,
		 *       "parked": 0,
		 *       "paused": null,
		 *       "workers": 2
		 *     }
		 */
		Queue: {
			/** @description Name of a queue */
			name: string;
			/** @description Tasks that wait for a worker */
			ready: number;
			/** @description The same by priority, 0 (the most urgent) to 9 */
			byPriority: {
				[key: string]: number;
			};
			/** @description False: a list was too long to be counted */
			exact: boolean;
			/** @description Tasks that no worker knows */
			parked: number;
			paused: {
				/** @description Who paused it */
				by: string | null;
				/** @description Why */
				reason: string | null;
				/** @description Since when; null: the server has forgotten, Unix ms */
				since: number | null;
			} | null;
			/** @description Workers that serve it and are alive */
			workers: number;
		};
		/**
		 * @example {
		 *       "tasks": 12
		 *     }
		 */
		QueueChanged: {
			/** @description Tasks that were met; of a dry run, those that would be */
			tasks: number;
		};
		/**
		 * @example {
		 *       "queues": [
		 *         {
		 *           "name": "default",
		 *           "ready": 12,
		 *           "byPriority": {
		 *             "5": 12
		 *           },
		 *           "exact": true,
		 *           "parked": 0,
		 *           "paused": null,
		 *           "workers": 2
		 *         }
		 *       ],
		 *       "cursor": null
		 *     }
		 */
		QueuePage: {
			queues: components["schemas"]["Queue"][];
			/** @description Where the next part begins; null at the end */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "tasks": [
		 *         {
		 *           "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
		 *           "task": "pages.fetch",
		 *           "priority": 5,
		 *           "run": 1,
		 *           "submittedAt": 1767225600000,
		 *           "args": [
		 *             "https://example.org/"
		 *           ],
		 *           "kwargs": {
		 *             "timeout": null
		 *           }
		 *         }
		 *       ]
		 *     }
		 */
		QueuedTasks: {
			tasks: {
				/** @description `<workflow>:<task>` */
				id: string;
				/** @description Name of a task */
				task: string;
				/** @description 0 (the most urgent) to 9 */
				priority: number;
				/** @description Of its workflow */
				run: number;
				/** @description When its workflow was submitted, Unix ms */
				submittedAt: number;
				/** @description What it is called with; when asked for */
				args?: unknown[];
				/** @description The same by name */
				kwargs?: {
					[key: string]: unknown;
				};
			}[];
		};
		/**
		 * @example {
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "run": 2
		 *     }
		 */
		Reopened: {
			/** @description Id of a workflow */
			id: string;
			/** @description The run that was opened; null: nothing had failed */
			run: number | null;
		};
		/**
		 * @example {
		 *       "tasks": [
		 *         "0"
		 *       ]
		 *     }
		 */
		RerunRequest: {
			/**
			 * @description The task calls that run again, with what depends on them
			 * @example [
			 *       "0"
			 *     ]
			 */
			tasks: string[];
			/** @description Positional arguments instead of those before; for a single task */
			args?: unknown[];
			/** @description The same by name */
			kwargs?: {
				[key: string]: unknown;
			};
		};
		/**
		 * @example {
		 *       "reason": "the target is down",
		 *       "terminate": false,
		 *       "tasks": [
		 *         "0"
		 *       ]
		 *     }
		 */
		RevokeRequest: {
			/**
			 * @description Why, for people
			 * @example the target is down
			 */
			reason?: string;
			/**
			 * @description What runs is terminated, not only told. Default false
			 * @example false
			 */
			terminate?: boolean;
			/**
			 * @description Only these task calls, by their ids
			 * @example [
			 *       "0"
			 *     ]
			 */
			tasks?: string[];
		};
		/**
		 * @example {
		 *       "runs": [
		 *         {
		 *           "run": 1,
		 *           "opened": "submit",
		 *           "tasks": [
		 *             "3"
		 *           ],
		 *           "state": "PENDING",
		 *           "openedAt": 1767225600000,
		 *           "startedAt": 1767225600000,
		 *           "endedAt": 1767225600000,
		 *           "counts": {
		 *             "success": 3,
		 *             "failure": 0,
		 *             "revoked": 0,
		 *             "skipped": 0,
		 *             "remaining": 0
		 *           }
		 *         }
		 *       ]
		 *     }
		 */
		RunList: {
			/** @description The first one first */
			runs: {
				/** @description From 1 */
				run: number;
				/**
				 * @description What opened it
				 * @enum {string}
				 */
				opened: "submit" | "retry" | "rerun";
				tasks?: string[];
				/**
				 * @description State of a workflow
				 * @enum {string}
				 */
				state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
				/** @description When it was opened, Unix ms */
				openedAt: number;
				/** @description When its first attempt started, Unix ms */
				startedAt: number | null;
				/** @description When its last task ended, Unix ms */
				endedAt: number | null;
				counts: {
					/** @description Ended SUCCESS */
					success: number;
					/** @description Ended FAILURE */
					failure: number;
					/** @description Ended REVOKED */
					revoked: number;
					/** @description Never ran */
					skipped: number;
					/** @description Have not ended */
					remaining: number;
				};
			}[];
		};
		/**
		 * @example {
		 *       "id": "nightly",
		 *       "tenant": "-",
		 *       "timing": {
		 *         "rules": [
		 *           {
		 *             "cron": "0 3 * * *"
		 *           }
		 *         ],
		 *         "timeZone": "UTC"
		 *       },
		 *       "canvas": {
		 *         "task": "report.make"
		 *       },
		 *       "submit": {
		 *         "tags": [
		 *           "reports"
		 *         ]
		 *       },
		 *       "overlap": "skip",
		 *       "catchUp": {
		 *         "mode": "latest",
		 *         "windowMs": 600000,
		 *         "max": 100
		 *       },
		 *       "jitterMs": 0,
		 *       "maxRuns": 0,
		 *       "pauseOnFailure": false,
		 *       "note": "asked for by the accountants",
		 *       "source": "billing",
		 *       "description": "at 03:00 every day (UTC)",
		 *       "next": 1767225600000,
		 *       "nextDue": 1767225600000,
		 *       "paused": null,
		 *       "running": [
		 *         "00-7k2m9q4r8s1t5v3w6x0y"
		 *       ],
		 *       "waiting": [
		 *         {
		 *           "kind": "tick",
		 *           "nominalTime": 1767225600000,
		 *           "token": "9f2c4a7be01d3356"
		 *         }
		 *       ],
		 *       "runs": [
		 *         {
		 *           "kind": "tick",
		 *           "nominalTime": 1767225600000,
		 *           "token": "9f2c4a7be01d3356",
		 *           "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *           "firedAt": 1767225600000,
		 *           "latenessMs": 12
		 *         }
		 *       ],
		 *       "counts": {
		 *         "fired": 41,
		 *         "skipped": 0,
		 *         "missed": 0
		 *       }
		 *     }
		 */
		Schedule: {
			/** @description Id of a schedule */
			id: string;
			/** @description Whose it is; `-`: nobody’s */
			tenant: string;
			/** @description `rules`, `except`, `timeZone`, `start`, `end`: docs/guides/schedules.md */
			timing: Record<string, never>;
			/** @description What it submits */
			canvas: unknown;
			/** @description How: `name`, `tags`, `retentionMs`, `timeoutMs`, `onFailure`, `limits` */
			submit: Record<string, never>;
			/**
			 * @description What becomes of a run that is due while an earlier one goes on
			 * @enum {string}
			 */
			overlap: "skip" | "bufferOne" | "bufferAll" | "cancelOther" | "terminateOther" | "allowAll";
			/** @description `mode`, `windowMs`, `max`: what becomes of ticks that no beat fired in time */
			catchUp: Record<string, never>;
			/** @description Each tick fires up to so much later, ms */
			jitterMs: number;
			/** @description How many ticks fire in all; 0: no limit */
			maxRuns: number;
			/** @description A run that fails pauses it */
			pauseOnFailure: boolean;
			/** @description For people */
			note?: string;
			/** @description Who declared it */
			source?: string;
			/** @description When it is due, in words */
			description: string;
			/** @description Its next nominal time; null: none, or it is paused, Unix ms */
			next: number | null;
			/** @description When that fires, Unix ms */
			nextDue: number | null;
			paused: {
				/**
				 * @description Who paused it
				 * @enum {string}
				 */
				by: "user" | "failure";
				/** @description When, Unix ms */
				at: number;
				/** @description Why */
				reason?: string;
				/** @description The workflow that failed */
				workflow?: string;
			} | null;
			/** @description Its workflows that run: the last 100 */
			running: string[];
			/** @description Runs that wait until they have ended */
			waiting: {
				/**
				 * @description Why it was submitted
				 * @enum {string}
				 */
				kind: "tick" | "backfill" | "trigger";
				/** @description The time for which it is, Unix ms */
				nominalTime: number;
				/** @description Of a trigger: what tells two of the same instant apart */
				token?: string;
			}[];
			/** @description Its last 10 runs, the newest first */
			runs: {
				/**
				 * @description Why it was submitted
				 * @enum {string}
				 */
				kind: "tick" | "backfill" | "trigger";
				/** @description The time for which it is, Unix ms */
				nominalTime: number;
				/** @description Of a trigger: what tells two of the same instant apart */
				token?: string;
				/** @description Id of a workflow */
				workflow: string;
				/** @description When, Unix ms */
				firedAt: number;
				/** @description How much later than it was due, ms */
				latenessMs: number;
			}[];
			counts: {
				/** @description Workflows submitted */
				fired: number;
				/** @description Runs left out because an earlier one went on */
				skipped: number;
				/** @description Ticks too late to be fired */
				missed: number;
			};
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		};
		/**
		 * @description `schedule` is absent from a dry run
		 * @example {
		 *       "outcome": "created",
		 *       "changed": [
		 *         "timing"
		 *       ],
		 *       "schedule": {
		 *         "id": "nightly",
		 *         "tenant": "-",
		 *         "timing": {
		 *           "rules": [
		 *             {
		 *               "cron": "0 3 * * *"
		 *             }
		 *           ],
		 *           "timeZone": "UTC"
		 *         },
		 *         "canvas": {
		 *           "task": "report.make"
		 *         },
		 *         "submit": {
		 *           "tags": [
		 *             "reports"
		 *           ]
		 *         },
		 *         "overlap": "skip",
		 *         "catchUp": {
		 *           "mode": "latest",
		 *           "windowMs": 600000,
		 *           "max": 100
		 *         },
		 *         "jitterMs": 0,
		 *         "maxRuns": 0,
		 *         "pauseOnFailure": false,
		 *         "note": "asked for by the accountants",
		 *         "source": "billing",
		 *         "description": "at 03:00 every day (UTC)",
		 *         "next": 1767225600000,
		 *         "nextDue": 1767225600000,
		 *         "paused": null,
		 *         "running": [
		 *           "00-7k2m9q4r8s1t5v3w6x0y"
		 *         ],
		 *         "waiting": [
		 *           {
		 *             "kind": "tick",
		 *             "nominalTime": 1767225600000,
		 *             "token": "9f2c4a7be01d3356"
		 *           }
		 *         ],
		 *         "runs": [
		 *           {
		 *             "kind": "tick",
		 *             "nominalTime": 1767225600000,
		 *             "token": "9f2c4a7be01d3356",
		 *             "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *             "firedAt": 1767225600000,
		 *             "latenessMs": 12
		 *           }
		 *         ],
		 *         "counts": {
		 *           "fired": 41,
		 *           "skipped": 0,
		 *           "missed": 0
		 *         }
		 *       }
		 *     }
		 */
		ScheduleChanged: {
			/**
			 * @description What became of it
			 * @enum {string}
			 */
			outcome: "created" | "changed" | "unchanged";
			changed: string[];
			schedule?: components["schemas"]["Schedule"];
		};
		/**
		 * @example {
		 *       "schedules": [
		 *         {
		 *           "id": "nightly",
		 *           "tenant": "-",
		 *           "timing": {
		 *             "rules": [
		 *               {
		 *                 "cron": "0 3 * * *"
		 *               }
		 *             ],
		 *             "timeZone": "UTC"
		 *           },
		 *           "canvas": {
		 *             "task": "report.make"
		 *           },
		 *           "submit": {
		 *             "tags": [
		 *               "reports"
		 *             ]
		 *           },
		 *           "overlap": "skip",
		 *           "catchUp": {
		 *             "mode": "latest",
		 *             "windowMs": 600000,
		 *             "max": 100
		 *           },
		 *           "jitterMs": 0,
		 *           "maxRuns": 0,
		 *           "pauseOnFailure": false,
		 *           "note": "asked for by the accountants",
		 *           "source": "billing",
		 *           "description": "at 03:00 every day (UTC)",
		 *           "next": 1767225600000,
		 *           "nextDue": 1767225600000,
		 *           "paused": null,
		 *           "running": [
		 *             "00-7k2m9q4r8s1t5v3w6x0y"
		 *           ],
		 *           "waiting": [
		 *             {
		 *               "kind": "tick",
		 *               "nominalTime": 1767225600000,
		 *               "token": "9f2c4a7be01d3356"
		 *             }
		 *           ],
		 *           "runs": [
		 *             {
		 *               "kind": "tick",
		 *               "nominalTime": 1767225600000,
		 *               "token": "9f2c4a7be01d3356",
		 *               "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *               "firedAt": 1767225600000,
		 *               "latenessMs": 12
		 *             }
		 *           ],
		 *           "counts": {
		 *             "fired": 41,
		 *             "skipped": 0,
		 *             "missed": 0
		 *           }
		 *         }
		 *       ],
		 *       "cursor": null
		 *     }
		 */
		SchedulePage: {
			schedules: components["schemas"]["Schedule"][];
			/** @description Where the next part begins; null at the end */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "rules": "0 3 * * *",
		 *       "except": [
		 *         {
		 *           "cron": "0 3 25 12 *"
		 *         }
		 *       ],
		 *       "timeZone": "Europe/Berlin",
		 *       "start": "2026-01-01T00:00:00Z",
		 *       "end": "2027-01-01T00:00:00Z",
		 *       "canvas": {
		 *         "task": "report.make"
		 *       },
		 *       "submit": {
		 *         "tags": [
		 *           "reports"
		 *         ]
		 *       },
		 *       "overlap": "skip",
		 *       "catchUp": "latest",
		 *       "jitterMs": 0,
		 *       "maxRuns": 365,
		 *       "pauseOnFailure": false,
		 *       "note": "asked for by the accountants",
		 *       "source": "billing"
		 *     }
		 */
		ScheduleRequest: {
			/**
			 * @description When it is due: a cron line, `{crontab}`, `{everyMs}`, `{calendar}`, `{at}`, `{solar}`, or a list of these (docs/guides/schedules.md)
			 * @example 0 3 * * *
			 */
			rules: unknown;
			/**
			 * @description Rules of times that are left out
			 * @example [
			 *       {
			 *         "cron": "0 3 25 12 *"
			 *       }
			 *     ]
			 */
			except?: unknown[];
			/**
			 * @description IANA name of the zone. Default `UTC`
			 * @example Europe/Berlin
			 */
			timeZone?: string;
			/**
			 * @description No time before this: ISO 8601 or Unix ms
			 * @example 2026-01-01T00:00:00Z
			 */
			start?: string | number;
			/**
			 * @description No time after this: ISO 8601 or Unix ms
			 * @example 2027-01-01T00:00:00Z
			 */
			end?: string | number;
			/**
			 * @description What it submits: as of a submission
			 * @example {
			 *       "task": "report.make"
			 *     }
			 */
			canvas: unknown;
			/**
			 * @description How: `name`, `tags`, `retentionMs`, `timeoutMs`, `onFailure`, `limits`
			 * @example {
			 *       "tags": [
			 *         "reports"
			 *       ]
			 *     }
			 */
			submit?: Record<string, never>;
			/**
			 * @description What becomes of a run that is due while an earlier one goes on. Default `skip`
			 * @example skip
			 * @enum {string}
			 */
			overlap?: "skip" | "bufferOne" | "bufferAll" | "cancelOther" | "terminateOther" | "allowAll";
			/**
			 * @description What becomes of ticks that no beat fired in time: `none`, `latest` (default), `all`, or `{mode, windowMs, max}`
			 * @example latest
			 */
			catchUp?: unknown;
			/**
			 * @description Each tick fires up to so much later, ms. Default 0
			 * @example 0
			 */
			jitterMs?: number;
			/**
			 * @description How many ticks fire in all. Default: no limit
			 * @example 365
			 */
			maxRuns?: number;
			/**
			 * @description A run that fails pauses it. Default false
			 * @example false
			 */
			pauseOnFailure?: boolean;
			/**
			 * @description For people
			 * @example asked for by the accountants
			 */
			note?: string;
			/**
			 * @description Who declares it
			 * @example billing
			 */
			source?: string;
		};
		/**
		 * @example {
		 *       "id": "nightly",
		 *       "changed": true
		 *     }
		 */
		ScheduleSwitched: {
			/** @description Id of a schedule */
			id: string;
			/** @description False: it was so before */
			changed: boolean;
		};
		/**
		 * @example {
		 *       "nodes": 1000,
		 *       "retries": 100
		 *     }
		 */
		SubmitLimitsRequest: {
			/**
			 * @description Refuse a canvas of more task calls; less than the service allows, not more
			 * @example 1000
			 */
			nodes?: number;
			/**
			 * @description Retries of all its tasks together
			 * @example 100
			 */
			retries?: number;
		};
		/**
		 * @example {
		 *       "retentionMs": 86400000,
		 *       "timeoutMs": 3600000,
		 *       "onFailure": "fail"
		 *     }
		 */
		SubmitOptionsRequest: {
			/**
			 * @description How long it is kept after its end, ms. Default 24 h
			 * @example 86400000
			 */
			retentionMs?: number;
			/**
			 * @description How long after its submission it is revoked, ms. Default: never
			 * @example 3600000
			 */
			timeoutMs?: number;
			/**
			 * @description `cancel`: the first failure ends all that is open
			 * @example fail
			 * @enum {string}
			 */
			onFailure?: "fail" | "cancel";
			/** @description What is refused */
			limits?: components["schemas"]["SubmitLimitsRequest"];
		};
		/**
		 * @example {
		 *       "id": "report-7",
		 *       "name": "the seventh report",
		 *       "tags": [
		 *         "reports"
		 *       ],
		 *       "canvas": {
		 *         "task": "pages.fetch",
		 *         "args": [
		 *           "https://example.org/"
		 *         ]
		 *       }
		 *     }
		 */
		SubmitRequest: {
			/**
			 * @description Id of the workflow. Default: a new one. The same id with the same canvas is the same workflow
			 * @example report-7
			 */
			id?: string;
			/**
			 * @description For people
			 * @example the seventh report
			 */
			name?: string;
			/**
			 * @description To find it by
			 * @example [
			 *       "reports"
			 *     ]
			 */
			tags?: string[];
			/** @description How it runs */
			options?: components["schemas"]["SubmitOptionsRequest"];
			/**
			 * @description What is to be run, as Chordis writes it (`task`, `chain`, `group`, `chord`, `graph`, `map`, `starmap`, `chunks`) or as Celery’s `json.dumps(canvas)` does. Checked by the compiler: `canvas-invalid` names every fault by its path
			 * @example {
			 *       "task": "pages.fetch",
			 *       "args": [
			 *         "https://example.org/"
			 *       ]
			 *     }
			 */
			canvas: unknown;
		};
		/**
		 * @example {
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "state": "PENDING",
		 *       "duplicate": false
		 *     }
		 */
		Submitted: {
			/** @description Id of a workflow */
			id: string;
			/**
			 * @description State of a workflow
			 * @enum {string}
			 */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
			/** @description It was there already under this id or key */
			duplicate: boolean;
		};
		/**
		 * @description What became of a line
		 * @example {
		 *       "line": 1,
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "state": "PENDING",
		 *       "duplicate": false
		 *     }
		 */
		SubmittedLine: {
			/** @description Number of the line, from 1 */
			line: number;
			/** @description Id of a workflow */
			id: string;
			/**
			 * @description State of a workflow
			 * @enum {string}
			 */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
			/** @description It was there already under this id or key */
			duplicate: boolean;
		} | {
			/** @description Number of the line, from 1 */
			line: number;
			problem: components["schemas"]["Problem"];
		};
		/**
		 * @example {
		 *       "id": "0",
		 *       "taskId": "first",
		 *       "task": "pages.fetch",
		 *       "state": "SUCCESS",
		 *       "attempts": 1,
		 *       "info": {
		 *         "current": 2,
		 *         "total": 3
		 *       },
		 *       "child": "00-7k2m9q4r8s1t5v3w6x0y"
		 *     }
		 */
		TaskCall: {
			/** @description Within its workflow: `17`, or `17/0` for what task 17 added */
			id: string;
			/** @description The id that its signature was given */
			taskId?: string;
			/** @description Name of the task */
			task: string;
			/** @description PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, SKIPPED; while it runs, what it calls its state */
			state: string;
			/** @description Attempts so far */
			attempts: number;
			/** @description What the running task says of itself */
			info?: unknown;
			/** @description The child workflow that it waits for */
			child?: string;
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		};
		/**
		 * @example {
		 *       "tasks": [
		 *         {
		 *           "id": "0",
		 *           "taskId": "first",
		 *           "task": "pages.fetch",
		 *           "state": "SUCCESS",
		 *           "attempts": 1,
		 *           "info": {
		 *             "current": 2,
		 *             "total": 3
		 *           },
		 *           "child": "00-7k2m9q4r8s1t5v3w6x0y"
		 *         }
		 *       ],
		 *       "cursor": null
		 *     }
		 */
		TaskCallPage: {
			tasks: components["schemas"]["TaskCall"][];
			/** @description Where the next part begins; null at the end */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "id": "0",
		 *       "taskId": "first",
		 *       "task": "pages.fetch",
		 *       "state": "SUCCESS",
		 *       "attempts": 1,
		 *       "info": {
		 *         "current": 2,
		 *         "total": 3
		 *       },
		 *       "child": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "result": 200,
		 *       "error": {
		 *         "type": "TypeError",
		 *         "message": "fetch failed",
		 *         "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
		 *         "code": "ECONNREFUSED",
		 *         "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *         "cause": {
		 *           "type": "Error",
		 *           "message": "connect ECONNREFUSED"
		 *         }
		 *       },
		 *       "ignored": true
		 *     }
		 */
		TaskCallResult: {
			/** @description Within its workflow: `17`, or `17/0` for what task 17 added */
			id: string;
			/** @description The id that its signature was given */
			taskId?: string;
			/** @description Name of the task */
			task: string;
			/** @description PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, SKIPPED; while it runs, what it calls its state */
			state: string;
			/** @description Attempts so far */
			attempts: number;
			/** @description What the running task says of itself */
			info?: unknown;
			/** @description The child workflow that it waits for */
			child?: string;
			/** @description What it returned */
			result?: unknown;
			error?: components["schemas"]["TaskError"];
			/**
			 * @description The result was not kept
			 * @constant
			 */
			ignored?: true;
			/**
			 * @description Payloads were left out: the credential lacks `payloads:read`
			 * @constant
			 */
			hidden?: true;
		};
		/**
		 * @description What a task failed with
		 * @example {
		 *       "type": "TypeError",
		 *       "message": "fetch failed",
		 *       "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
		 *       "code": "ECONNREFUSED",
		 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "cause": {
		 *         "type": "Error",
		 *         "message": "connect ECONNREFUSED"
		 *       }
		 *     }
		 */
		TaskError: {
			/** @description Name of the error’s class */
			type: string;
			/** @description What it said */
			message: string;
			/** @description Where it was thrown */
			stack?: string;
			/** @description Code of an error that Chordis or the system raised */
			code?: string;
			/** @description Of a `ChildWorkflowError`: the child */
			workflow?: string;
			cause?: components["schemas"]["TaskError"];
		};
		/**
		 * @example {
		 *       "tasks": [
		 *         {
		 *           "name": "pages.fetch",
		 *           "workers": 2,
		 *           "queues": [
		 *             "default"
		 *           ],
		 *           "parked": 0
		 *         }
		 *       ],
		 *       "cursor": null
		 *     }
		 */
		TaskPage: {
			tasks: {
				/** @description Name of a task */
				name: string;
				/** @description Processes that registered it and are not given up for dead */
				workers: number;
				/** @description Queues that these serve */
				queues: string[];
				/** @description Calls that wait for a worker that knows it */
				parked: number;
			}[];
			/** @description Where the next part begins; null at the end */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "ticks": [
		 *         {
		 *           "time": 1767225600000,
		 *           "utc": "2026-01-01T00:00:00.000Z",
		 *           "local": "2026-01-01T01:00:00+01:00"
		 *         }
		 *       ]
		 *     }
		 */
		Ticks: {
			ticks: {
				/** @description When, Unix ms */
				time: number;
				/** @description The same, ISO 8601 */
				utc: string;
				/** @description The same in the schedule’s zone */
				local: string;
			}[];
		};
		/**
		 * @example {
		 *       "overlap": "allowAll",
		 *       "requestId": "by-hand-1"
		 *     }
		 */
		TriggerRequest: {
			/**
			 * @description Instead of the schedule’s
			 * @example allowAll
			 * @enum {string}
			 */
			overlap?: "skip" | "bufferOne" | "bufferAll" | "cancelOther" | "terminateOther" | "allowAll";
			/**
			 * @description The same one submits once while the workflow is kept
			 * @example by-hand-1
			 */
			requestId?: string;
		};
		/**
		 * @example {
		 *       "outcome": "fired",
		 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y"
		 *     }
		 */
		Triggered: {
			/**
			 * @description `known`: this request was made before; `waiting`, `skipped`: an earlier run goes on
			 * @enum {string}
			 */
			outcome: "fired" | "known" | "waiting" | "skipped";
			/** @description Id of a workflow */
			workflow: string;
		};
		/**
		 * @example {
		 *       "id": "w1-4k2m9q",
		 *       "name": "mail@host-1",
		 *       "host": "host-1",
		 *       "pid": 4711,
		 *       "alive": true,
		 *       "version": "0.1.0",
		 *       "node": "20.20.0",
		 *       "queues": [
		 *         "default"
		 *       ],
		 *       "pool": "inline",
		 *       "tasks": 7,
		 *       "leaseMs": 6000,
		 *       "state": "running",
		 *       "slots": 100,
		 *       "running": 3,
		 *       "reserved": 0,
		 *       "oldest": [
		 *         {
		 *           "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
		 *           "task": "pages.fetch",
		 *           "attempt": 1,
		 *           "runningMs": 1500
		 *         }
		 *       ],
		 *       "loopLagMs": 1.5,
		 *       "cpuPercent": 1.5,
		 *       "rssBytes": 90000000,
		 *       "heapUsedBytes": 30000000,
		 *       "uptimeMs": 60000,
		 *       "processed": {
		 *         "succeeded": 90,
		 *         "failed": 1,
		 *         "retried": 2,
		 *         "replaced": 0,
		 *         "givenBack": 0,
		 *         "lost": 0
		 *       },
		 *       "startedAt": 1767225600000,
		 *       "heartbeatAgeMs": 800,
		 *       "sampleAgeMs": 900
		 *     }
		 */
		Worker: {
			/** @description New at every start */
			id: string;
			/** @description May be shared */
			name: string;
			/** @description Where it runs */
			host: string;
			/** @description Its process */
			pid: number;
			/** @description False: silent for a whole lease */
			alive: boolean;
			/** @description Of Chordis */
			version: string;
			/** @description Of Node */
			node: string;
			queues: string[];
			/** @description How handlers run */
			pool: string;
			/** @description Tasks that it knows */
			tasks: number;
			/** @description Silent for so long, it is dead, ms */
			leaseMs: number;
			/**
			 * @description What it does
			 * @enum {string}
			 */
			state: "running" | "quiet" | "stopping" | "dead";
			/** @description Attempts that may run at the same time */
			slots: number;
			/** @description Attempts whose handlers run */
			running: number;
			/** @description Attempts that were granted and have not started */
			reserved: number;
			/** @description Those that run longest */
			oldest: {
				/** @description `<workflow>:<task>` */
				id: string;
				/** @description Name of a task */
				task: string;
				/** @description From 1 */
				attempt: number;
				/** @description How long it runs, ms */
				runningMs: number;
			}[];
			/** @description How late its event loop was, ms */
			loopLagMs: number;
			/** @description Of one core */
			cpuPercent: number;
			/** @description Memory, bytes */
			rssBytes: number;
			/** @description Heap, bytes */
			heapUsedBytes: number;
			/** @description Since it started, ms */
			uptimeMs: number;
			processed: {
				/** @description Attempts */
				succeeded: number;
				/** @description Attempts */
				failed: number;
				/** @description Attempts */
				retried: number;
				/** @description Attempts */
				replaced: number;
				/** @description Attempts */
				givenBack: number;
				/** @description Others had taken them by then */
				lost: number;
			};
			/** @description When it started, Unix ms */
			startedAt: number;
			/** @description Since it was heard last, ms */
			heartbeatAgeMs: number;
			/** @description Since it said how it is; null: not yet, ms */
			sampleAgeMs: number | null;
		};
		/**
		 * @example {
		 *       "answers": [
		 *         {
		 *           "worker": {
		 *             "id": "w1-4k2m9q",
		 *             "name": "mail@host-1",
		 *             "host": "host-1",
		 *             "pid": 4711,
		 *             "alive": true
		 *           },
		 *           "value": "pong",
		 *           "ms": 1.5
		 *         }
		 *       ],
		 *       "refused": [
		 *         {
		 *           "worker": {
		 *             "id": "w1-4k2m9q",
		 *             "name": "mail@host-1",
		 *             "host": "host-1",
		 *             "pid": 4711,
		 *             "alive": true
		 *           },
		 *           "error": {
		 *             "code": "request-invalid",
		 *             "message": "it has one slot"
		 *           }
		 *         }
		 *       ],
		 *       "unanswered": [
		 *         {
		 *           "id": "w1-4k2m9q",
		 *           "name": "mail@host-1",
		 *           "host": "host-1",
		 *           "pid": 4711,
		 *           "alive": true
		 *         }
		 *       ]
		 *     }
		 */
		WorkerAnswers: {
			/** @description Those that did it */
			answers: {
				worker: {
					/** @description New at every start */
					id: string;
					/** @description May be shared */
					name: string;
					/** @description Where it runs */
					host: string;
					/** @description Its process */
					pid: number;
					/** @description False: silent for a whole lease */
					alive: boolean;
				};
				/** @description What it said */
				value: unknown;
				/** @description How long it took, ms */
				ms: number;
			}[];
			/** @description Those that would not, and why */
			refused: {
				worker: {
					/** @description New at every start */
					id: string;
					/** @description May be shared */
					name: string;
					/** @description Where it runs */
					host: string;
					/** @description Its process */
					pid: number;
					/** @description False: silent for a whole lease */
					alive: boolean;
				};
				error: {
					/** @description Why */
					code: string;
					/** @description Why, for people */
					message: string;
				};
			}[];
			/** @description Those that said nothing in time */
			unanswered: {
				/** @description New at every start */
				id: string;
				/** @description May be shared */
				name: string;
				/** @description Where it runs */
				host: string;
				/** @description Its process */
				pid: number;
				/** @description False: silent for a whole lease */
				alive: boolean;
			}[];
		};
		/**
		 * @example {
		 *       "workers": [
		 *         {
		 *           "id": "w1-4k2m9q",
		 *           "name": "mail@host-1",
		 *           "host": "host-1",
		 *           "pid": 4711,
		 *           "alive": true,
		 *           "version": "0.1.0",
		 *           "node": "20.20.0",
		 *           "queues": [
		 *             "default"
		 *           ],
		 *           "pool": "inline",
		 *           "tasks": 7,
		 *           "leaseMs": 6000,
		 *           "state": "running",
		 *           "slots": 100,
		 *           "running": 3,
		 *           "reserved": 0,
		 *           "oldest": [
		 *             {
		 *               "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
		 *               "task": "pages.fetch",
		 *               "attempt": 1,
		 *               "runningMs": 1500
		 *             }
		 *           ],
		 *           "loopLagMs": 1.5,
		 *           "cpuPercent": 1.5,
		 *           "rssBytes": 90000000,
		 *           "heapUsedBytes": 30000000,
		 *           "uptimeMs": 60000,
		 *           "processed": {
		 *             "succeeded": 90,
		 *             "failed": 1,
		 *             "retried": 2,
		 *             "replaced": 0,
		 *             "givenBack": 0,
		 *             "lost": 0
		 *           },
		 *           "startedAt": 1767225600000,
		 *           "heartbeatAgeMs": 800,
		 *           "sampleAgeMs": 900
		 *         }
		 *       ],
		 *       "cursor": null
		 *     }
		 */
		WorkerPage: {
			workers: components["schemas"]["Worker"][];
			/** @description Where the next part begins; null at the end */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "name": "the nightly report",
		 *       "tags": [
		 *         "reports"
		 *       ],
		 *       "tenant": "-",
		 *       "partition": 0,
		 *       "state": "PENDING",
		 *       "run": 1,
		 *       "ended": true,
		 *       "counts": {
		 *         "total": 3,
		 *         "success": 3,
		 *         "failure": 0,
		 *         "revoked": 0,
		 *         "skipped": 0,
		 *         "remaining": 0
		 *       },
		 *       "createdAt": 1767225600000,
		 *       "startedAt": 1767225600000,
		 *       "outcomeAt": 1767225600000,
		 *       "endedAt": 1767225600000,
		 *       "parentId": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "rootId": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "children": 0,
		 *       "schedule": {
		 *         "id": "nightly",
		 *         "kind": "tick",
		 *         "nominalTime": 1767225600000,
		 *         "latenessMs": 12
		 *       },
		 *       "paused": {
		 *         "since": 1767225600000,
		 *         "reason": "the target is down"
		 *       }
		 *     }
		 */
		Workflow: {
			/** @description Id of a workflow */
			id: string;
			/** @description For people */
			name?: string;
			tags: string[];
			/** @description Whose it is; `-`: nobody’s */
			tenant: string;
			/** @description Where it is stored */
			partition: number;
			/**
			 * @description State of a workflow
			 * @enum {string}
			 */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
			/** @description 1 at first; a retry or rerun opens the next one */
			run: number;
			/** @description Every task call is over, callbacks included */
			ended: boolean;
			/** @description Task calls by how they ended, callbacks included */
			counts: {
				/** @description All */
				total: number;
				/** @description Ended SUCCESS */
				success: number;
				/** @description Ended FAILURE */
				failure: number;
				/** @description Ended REVOKED */
				revoked: number;
				/** @description Never ran, because something before them failed */
				skipped: number;
				/** @description Have not ended */
				remaining: number;
			};
			/** @description When it was accepted, Unix ms */
			createdAt: number;
			/** @description When its first attempt started, Unix ms */
			startedAt: number | null;
			/** @description When its outcome was there, Unix ms */
			outcomeAt: number | null;
			/** @description When its last task ended, Unix ms */
			endedAt: number | null;
			/** @description The workflow whose task started it */
			parentId?: string;
			/** @description The first ancestor; its own id when no workflow started it */
			rootId: string;
			/** @description Workflows that its tasks started */
			children: number;
			schedule?: {
				/** @description Id of a schedule */
				id: string;
				/**
				 * @description Why it was submitted
				 * @enum {string}
				 */
				kind: "tick" | "backfill" | "trigger";
				/** @description The time for which it is, Unix ms */
				nominalTime: number;
				/** @description How much later than it was due, ms */
				latenessMs: number;
			};
			/** @description Nothing new of it starts; absent unless it is paused */
			paused?: {
				/** @description Since when, Unix ms */
				since: number;
				/** @description Why */
				reason: string | null;
			};
		};
		/**
		 * @example {
		 *       "PENDING": 4,
		 *       "STARTED": 4,
		 *       "SUCCESS": 4,
		 *       "FAILURE": 4,
		 *       "REVOKED": 4,
		 *       "total": 20
		 *     }
		 */
		WorkflowCounts: {
			/** @description In the state PENDING */
			PENDING: number;
			/** @description In the state STARTED */
			STARTED: number;
			/** @description In the state SUCCESS */
			SUCCESS: number;
			/** @description In the state FAILURE */
			FAILURE: number;
			/** @description In the state REVOKED */
			REVOKED: number;
			/** @description All */
			total: number;
		};
		/**
		 * @example {
		 *       "workflows": [
		 *         {
		 *           "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *           "name": "the nightly report",
		 *           "tags": [
		 *             "reports"
		 *           ],
		 *           "tenant": "-",
		 *           "partition": 0,
		 *           "state": "PENDING",
		 *           "run": 1,
		 *           "ended": true,
		 *           "counts": {
		 *             "total": 3,
		 *             "success": 3,
		 *             "failure": 0,
		 *             "revoked": 0,
		 *             "skipped": 0,
		 *             "remaining": 0
		 *           },
		 *           "createdAt": 1767225600000,
		 *           "startedAt": 1767225600000,
		 *           "outcomeAt": 1767225600000,
		 *           "endedAt": 1767225600000,
		 *           "task": "pages.fetch",
		 *           "paused": false
		 *         }
		 *       ],
		 *       "cursor": null
		 *     }
		 */
		WorkflowPage: {
			workflows: components["schemas"]["WorkflowRow"][];
			/** @description Where the next part begins; null at the end */
			cursor: string | null;
		};
		/**
		 * @example {
		 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
		 *       "name": "the nightly report",
		 *       "tags": [
		 *         "reports"
		 *       ],
		 *       "tenant": "-",
		 *       "partition": 0,
		 *       "state": "PENDING",
		 *       "run": 1,
		 *       "ended": true,
		 *       "counts": {
		 *         "total": 3,
		 *         "success": 3,
		 *         "failure": 0,
		 *         "revoked": 0,
		 *         "skipped": 0,
		 *         "remaining": 0
		 *       },
		 *       "createdAt": 1767225600000,
		 *       "startedAt": 1767225600000,
		 *       "outcomeAt": 1767225600000,
		 *       "endedAt": 1767225600000,
		 *       "task": "pages.fetch",
		 *       "paused": false
		 *     }
		 */
		WorkflowRow: {
			/** @description Id of a workflow */
			id: string;
			/** @description For people */
			name?: string;
			tags: string[];
			/** @description Whose it is; `-`: nobody’s */
			tenant: string;
			/** @description Where it is stored */
			partition: number;
			/**
			 * @description State of a workflow
			 * @enum {string}
			 */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
			/** @description 1 at first; a retry or rerun opens the next one */
			run: number;
			/** @description Every task call is over, callbacks included */
			ended: boolean;
			/** @description Task calls by how they ended, callbacks included */
			counts: {
				/** @description All */
				total: number;
				/** @description Ended SUCCESS */
				success: number;
				/** @description Ended FAILURE */
				failure: number;
				/** @description Ended REVOKED */
				revoked: number;
				/** @description Never ran, because something before them failed */
				skipped: number;
				/** @description Have not ended */
				remaining: number;
			};
			/** @description When it was accepted, Unix ms */
			createdAt: number;
			/** @description When its first attempt started, Unix ms */
			startedAt: number | null;
			/** @description When its outcome was there, Unix ms */
			outcomeAt: number | null;
			/** @description When its last task ended, Unix ms */
			endedAt: number | null;
			/** @description Of a workflow that is a single call without options, its task */
			task: string | null;
			/** @description Nothing of it is started until it is resumed */
			paused: boolean;
		};
	};
	responses: never;
	parameters: never;
	requestBodies: never;
	headers: never;
	pathItems: never;
};
export type $defs = Record<string, never>;
export interface operations {
	listWorkflows: {
		parameters: {
			query?: {
				/** @description In one of these states */
				state?: ("PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED")[];
				/** @description Whose canvas calls this task */
				task?: string;
				/** @description With this tag */
				tag?: string;
				/** @description Of exactly this name */
				name?: string;
				/** @description Children of this workflow */
				parent?: string;
				/** @description Submitted by this schedule */
				schedule?: string;
				/** @description Created before this instant, Unix ms */
				before?: number;
				/** @description Created at this instant or after it, Unix ms */
				after?: number;
				/** @description At most so many. Default 100 */
				limit?: number;
				/** @description `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "workflows": [
					 *         {
					 *           "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *           "name": "the nightly report",
					 *           "tags": [
					 *             "reports"
					 *           ],
					 *           "tenant": "-",
					 *           "partition": 0,
					 *           "state": "PENDING",
					 *           "run": 1,
					 *           "ended": true,
					 *           "counts": {
					 *             "total": 3,
					 *             "success": 3,
					 *             "failure": 0,
					 *             "revoked": 0,
					 *             "skipped": 0,
					 *             "remaining": 0
					 *           },
					 *           "createdAt": 1767225600000,
					 *           "startedAt": 1767225600000,
					 *           "outcomeAt": 1767225600000,
					 *           "endedAt": 1767225600000,
					 *           "task": "pages.fetch",
					 *           "paused": false
					 *         }
					 *       ],
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["WorkflowPage"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	submitWorkflow: {
		parameters: {
			query?: never;
			header?: {
				/** @description Known for 24 h: the same key with the same canvas answers the first workflow, with another canvas 422 */
				"Idempotency-Key"?: string;
			};
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SubmitRequest"];
				"application/x-ndjson": components["schemas"]["SubmitRequest"];
			};
		};
		responses: {
			/** @description What became of each line */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "line": 1,
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "state": "PENDING",
					 *       "duplicate": false
					 *     }
					 */
					"application/x-ndjson": components["schemas"]["SubmittedLine"];
				};
			};
			/** @description Done */
			202: {
				headers: {
					/** @description Path of the workflow */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "state": "PENDING",
					 *       "duplicate": false
					 *     }
					 */
					"application/json": components["schemas"]["Submitted"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	countWorkflows: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "PENDING": 4,
					 *       "STARTED": 4,
					 *       "SUCCESS": 4,
					 *       "FAILURE": 4,
					 *       "REVOKED": 4,
					 *       "total": 20
					 *     }
					 */
					"application/json": components["schemas"]["WorkflowCounts"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "name": "the nightly report",
					 *       "tags": [
					 *         "reports"
					 *       ],
					 *       "tenant": "-",
					 *       "partition": 0,
					 *       "state": "PENDING",
					 *       "run": 1,
					 *       "ended": true,
					 *       "counts": {
					 *         "total": 3,
					 *         "success": 3,
					 *         "failure": 0,
					 *         "revoked": 0,
					 *         "skipped": 0,
					 *         "remaining": 0
					 *       },
					 *       "createdAt": 1767225600000,
					 *       "startedAt": 1767225600000,
					 *       "outcomeAt": 1767225600000,
					 *       "endedAt": 1767225600000,
					 *       "parentId": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "rootId": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "children": 0,
					 *       "schedule": {
					 *         "id": "nightly",
					 *         "kind": "tick",
					 *         "nominalTime": 1767225600000,
					 *         "latenessMs": 12
					 *       },
					 *       "paused": {
					 *         "since": 1767225600000,
					 *         "reason": "the target is down"
					 *       }
					 *     }
					 */
					"application/json": components["schemas"]["Workflow"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	deleteWorkflow: {
		parameters: {
			query?: {
				/** @description Also one that has not ended: it is revoked first. Default false */
				revoke?: boolean;
			};
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getGraph: {
		parameters: {
			query?: {
				/** @description More calls than this that are alike stand as one. Default 20 */
				collapse?: number;
				/** @description Parts of one page. Default 500 */
				limit?: number;
				/** @description `cursor` of the page before */
				cursor?: string;
				/** @description Id of many alike: they one by one */
				of?: string;
			};
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "nodes": [
					 *         {
					 *           "id": "0",
					 *           "task": "pages.fetch",
					 *           "queue": "default",
					 *           "count": 1,
					 *           "states": {
					 *             "SUCCESS": 1
					 *           },
					 *           "parent": "0",
					 *           "path": "canvas.chain[0]"
					 *         }
					 *       ],
					 *       "edges": [
					 *         {
					 *           "from": "0",
					 *           "to": "1",
					 *           "when": "success"
					 *         }
					 *       ],
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["Graph"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listTaskCalls: {
		parameters: {
			query?: {
				/** @description At most so many. Default 100 */
				limit?: number;
				/** @description `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "tasks": [
					 *         {
					 *           "id": "0",
					 *           "taskId": "first",
					 *           "task": "pages.fetch",
					 *           "state": "SUCCESS",
					 *           "attempts": 1,
					 *           "info": {
					 *             "current": 2,
					 *             "total": 3
					 *           },
					 *           "child": "00-7k2m9q4r8s1t5v3w6x0y"
					 *         }
					 *       ],
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["TaskCallPage"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getTaskCall: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a task call within its workflow: `17`; `17/0` (written `17%2F0`) for what task 17 added; or the id of its signature */
				task: string;
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "0",
					 *       "taskId": "first",
					 *       "task": "pages.fetch",
					 *       "state": "SUCCESS",
					 *       "attempts": 1,
					 *       "info": {
					 *         "current": 2,
					 *         "total": 3
					 *       },
					 *       "child": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "result": 200,
					 *       "error": {
					 *         "type": "TypeError",
					 *         "message": "fetch failed",
					 *         "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
					 *         "code": "ECONNREFUSED",
					 *         "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *         "cause": {
					 *           "type": "Error",
					 *           "message": "connect ECONNREFUSED"
					 *         }
					 *       },
					 *       "ignored": true
					 *     }
					 */
					"application/json": components["schemas"]["TaskCallResult"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getResult: {
		parameters: {
			query?: {
				/** @description How long the answer may wait for the outcome, ms. Default 0 */
				waitMs?: number;
			};
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "state": "SUCCESS",
					 *       "result": {
					 *         "pages": 45
					 *       }
					 *     }
					 */
					"application/json": components["schemas"]["Outcome"];
				};
			};
			/** @description There is none yet */
			202: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "state": "STARTED"
					 *     }
					 */
					"application/json": components["schemas"]["Pending"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listRuns: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "runs": [
					 *         {
					 *           "run": 1,
					 *           "opened": "submit",
					 *           "tasks": [
					 *             "3"
					 *           ],
					 *           "state": "PENDING",
					 *           "openedAt": 1767225600000,
					 *           "startedAt": 1767225600000,
					 *           "endedAt": 1767225600000,
					 *           "counts": {
					 *             "success": 3,
					 *             "failure": 0,
					 *             "revoked": 0,
					 *             "skipped": 0,
					 *             "remaining": 0
					 *           }
					 *         }
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["RunList"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	revokeWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["RevokeRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "changed": true
					 *     }
					 */
					"application/json": components["schemas"]["Changed"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	pauseWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["PauseRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "changed": true
					 *     }
					 */
					"application/json": components["schemas"]["Changed"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	resumeWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "changed": true
					 *     }
					 */
					"application/json": components["schemas"]["Changed"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	setPriority: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["PriorityRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "changed": true
					 *     }
					 */
					"application/json": components["schemas"]["Changed"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	retryWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "run": 2
					 *     }
					 */
					"application/json": components["schemas"]["Reopened"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	rerunWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["RerunRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "run": 2
					 *     }
					 */
					"application/json": components["schemas"]["Reopened"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	changeWorkflows: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["BulkRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "matched": 20,
					 *       "changed": 20,
					 *       "failures": [
					 *         {
					 *           "id": "00-7k2m9q4r8s1t5v3w6x0y",
					 *           "code": "not-found",
					 *           "message": "there is no workflow x"
					 *         }
					 *       ],
					 *       "failed": 1,
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["BulkReport"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	validateCanvas: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SubmitRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "valid": true,
					 *       "total": 1,
					 *       "tasks": {
					 *         "pages.fetch": 1
					 *       },
					 *       "queues": {
					 *         "default": 1
					 *       },
					 *       "graph": {
					 *         "nodes": [
					 *           {
					 *             "id": "0",
					 *             "task": "pages.fetch",
					 *             "queue": "default",
					 *             "count": 1,
					 *             "states": {
					 *               "SUCCESS": 1
					 *             },
					 *             "parent": "0",
					 *             "path": "canvas.chain[0]"
					 *           }
					 *         ],
					 *         "edges": [
					 *           {
					 *             "from": "0",
					 *             "to": "1",
					 *             "when": "success"
					 *           }
					 *         ],
					 *         "cursor": null
					 *       },
					 *       "unknownTasks": [
					 *         "pages.fetch"
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["CanvasReport"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listTasks: {
		parameters: {
			query?: {
				/** @description At most so many. Default 100 */
				limit?: number;
				/** @description `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "tasks": [
					 *         {
					 *           "name": "pages.fetch",
					 *           "workers": 2,
					 *           "queues": [
					 *             "default"
					 *           ],
					 *           "parked": 0
					 *         }
					 *       ],
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["TaskPage"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listQueues: {
		parameters: {
			query?: {
				/** @description At most so many. Default 100 */
				limit?: number;
				/** @description `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "queues": [
					 *         {
					 *           "name": "default",
					 *           "ready": 12,
					 *           "byPriority": {
					 *             "5": 12
					 *           },
					 *           "exact": true,
					 *           "parked": 0,
					 *           "paused": null,
					 *           "workers": 2
					 *         }
					 *       ],
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["QueuePage"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "name": "default",
					 *       "ready": 12,
					 *       "byPriority": {
					 *         "5": 12
					 *       },
					 *       "exact": true,
					 *       "parked": 0,
					 *       "paused": null,
					 *       "workers": 2
					 *     }
					 */
					"application/json": components["schemas"]["Queue"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	peekQueue: {
		parameters: {
			query?: {
				/** @description At most so many. Default 20 */
				limit?: number;
				/** @description Also what they are called with: needs `payloads:read`. Default false */
				args?: boolean;
			};
			header?: never;
			path: {
				/** @description Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "tasks": [
					 *         {
					 *           "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
					 *           "task": "pages.fetch",
					 *           "priority": 5,
					 *           "run": 1,
					 *           "submittedAt": 1767225600000,
					 *           "args": [
					 *             "https://example.org/"
					 *           ],
					 *           "kwargs": {
					 *             "timeout": null
					 *           }
					 *         }
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["QueuedTasks"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	pauseQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["PauseQueueRequest"];
			};
		};
		responses: {
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	resumeQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	purgeQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["PurgeRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "tasks": 12
					 *     }
					 */
					"application/json": components["schemas"]["QueueChanged"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	moveQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["MoveRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "tasks": 12
					 *     }
					 */
					"application/json": components["schemas"]["QueueChanged"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listWorkers: {
		parameters: {
			query?: {
				/** @description At most so many. Default 100 */
				limit?: number;
				/** @description `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "workers": [
					 *         {
					 *           "id": "w1-4k2m9q",
					 *           "name": "mail@host-1",
					 *           "host": "host-1",
					 *           "pid": 4711,
					 *           "alive": true,
					 *           "version": "0.1.0",
					 *           "node": "20.20.0",
					 *           "queues": [
					 *             "default"
					 *           ],
					 *           "pool": "inline",
					 *           "tasks": 7,
					 *           "leaseMs": 6000,
					 *           "state": "running",
					 *           "slots": 100,
					 *           "running": 3,
					 *           "reserved": 0,
					 *           "oldest": [
					 *             {
					 *               "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
					 *               "task": "pages.fetch",
					 *               "attempt": 1,
					 *               "runningMs": 1500
					 *             }
					 *           ],
					 *           "loopLagMs": 1.5,
					 *           "cpuPercent": 1.5,
					 *           "rssBytes": 90000000,
					 *           "heapUsedBytes": 30000000,
					 *           "uptimeMs": 60000,
					 *           "processed": {
					 *             "succeeded": 90,
					 *             "failed": 1,
					 *             "retried": 2,
					 *             "replaced": 0,
					 *             "givenBack": 0,
					 *             "lost": 0
					 *           },
					 *           "startedAt": 1767225600000,
					 *           "heartbeatAgeMs": 800,
					 *           "sampleAgeMs": 900
					 *         }
					 *       ],
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["WorkerPage"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listRunning: {
		parameters: {
			query?: {
				/** @description Names or ids of workers. Default: all */
				workers?: string[];
				/** @description How long answers are gathered, ms. Default 3,000 */
				timeoutMs?: number;
				/** @description At most so many attempts of each worker. Default 100 */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "answers": [
					 *         {
					 *           "worker": {
					 *             "id": "w1-4k2m9q",
					 *             "name": "mail@host-1",
					 *             "host": "host-1",
					 *             "pid": 4711,
					 *             "alive": true
					 *           },
					 *           "value": "pong",
					 *           "ms": 1.5
					 *         }
					 *       ],
					 *       "refused": [
					 *         {
					 *           "worker": {
					 *             "id": "w1-4k2m9q",
					 *             "name": "mail@host-1",
					 *             "host": "host-1",
					 *             "pid": 4711,
					 *             "alive": true
					 *           },
					 *           "error": {
					 *             "code": "request-invalid",
					 *             "message": "it has one slot"
					 *           }
					 *         }
					 *       ],
					 *       "unanswered": [
					 *         {
					 *           "id": "w1-4k2m9q",
					 *           "name": "mail@host-1",
					 *           "host": "host-1",
					 *           "pid": 4711,
					 *           "alive": true
					 *         }
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["WorkerAnswers"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	commandWorkers: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["CommandRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "answers": [
					 *         {
					 *           "worker": {
					 *             "id": "w1-4k2m9q",
					 *             "name": "mail@host-1",
					 *             "host": "host-1",
					 *             "pid": 4711,
					 *             "alive": true
					 *           },
					 *           "value": "pong",
					 *           "ms": 1.5
					 *         }
					 *       ],
					 *       "refused": [
					 *         {
					 *           "worker": {
					 *             "id": "w1-4k2m9q",
					 *             "name": "mail@host-1",
					 *             "host": "host-1",
					 *             "pid": 4711,
					 *             "alive": true
					 *           },
					 *           "error": {
					 *             "code": "request-invalid",
					 *             "message": "it has one slot"
					 *           }
					 *         }
					 *       ],
					 *       "unanswered": [
					 *         {
					 *           "id": "w1-4k2m9q",
					 *           "name": "mail@host-1",
					 *           "host": "host-1",
					 *           "pid": 4711,
					 *           "alive": true
					 *         }
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["WorkerAnswers"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listSchedules: {
		parameters: {
			query?: {
				/** @description At most so many. Default 100 */
				limit?: number;
				/** @description `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "schedules": [
					 *         {
					 *           "id": "nightly",
					 *           "tenant": "-",
					 *           "timing": {
					 *             "rules": [
					 *               {
					 *                 "cron": "0 3 * * *"
					 *               }
					 *             ],
					 *             "timeZone": "UTC"
					 *           },
					 *           "canvas": {
					 *             "task": "report.make"
					 *           },
					 *           "submit": {
					 *             "tags": [
					 *               "reports"
					 *             ]
					 *           },
					 *           "overlap": "skip",
					 *           "catchUp": {
					 *             "mode": "latest",
					 *             "windowMs": 600000,
					 *             "max": 100
					 *           },
					 *           "jitterMs": 0,
					 *           "maxRuns": 0,
					 *           "pauseOnFailure": false,
					 *           "note": "asked for by the accountants",
					 *           "source": "billing",
					 *           "description": "at 03:00 every day (UTC)",
					 *           "next": 1767225600000,
					 *           "nextDue": 1767225600000,
					 *           "paused": null,
					 *           "running": [
					 *             "00-7k2m9q4r8s1t5v3w6x0y"
					 *           ],
					 *           "waiting": [
					 *             {
					 *               "kind": "tick",
					 *               "nominalTime": 1767225600000,
					 *               "token": "9f2c4a7be01d3356"
					 *             }
					 *           ],
					 *           "runs": [
					 *             {
					 *               "kind": "tick",
					 *               "nominalTime": 1767225600000,
					 *               "token": "9f2c4a7be01d3356",
					 *               "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *               "firedAt": 1767225600000,
					 *               "latenessMs": 12
					 *             }
					 *           ],
					 *           "counts": {
					 *             "fired": 41,
					 *             "skipped": 0,
					 *             "missed": 0
					 *           }
					 *         }
					 *       ],
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["SchedulePage"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "nightly",
					 *       "tenant": "-",
					 *       "timing": {
					 *         "rules": [
					 *           {
					 *             "cron": "0 3 * * *"
					 *           }
					 *         ],
					 *         "timeZone": "UTC"
					 *       },
					 *       "canvas": {
					 *         "task": "report.make"
					 *       },
					 *       "submit": {
					 *         "tags": [
					 *           "reports"
					 *         ]
					 *       },
					 *       "overlap": "skip",
					 *       "catchUp": {
					 *         "mode": "latest",
					 *         "windowMs": 600000,
					 *         "max": 100
					 *       },
					 *       "jitterMs": 0,
					 *       "maxRuns": 0,
					 *       "pauseOnFailure": false,
					 *       "note": "asked for by the accountants",
					 *       "source": "billing",
					 *       "description": "at 03:00 every day (UTC)",
					 *       "next": 1767225600000,
					 *       "nextDue": 1767225600000,
					 *       "paused": null,
					 *       "running": [
					 *         "00-7k2m9q4r8s1t5v3w6x0y"
					 *       ],
					 *       "waiting": [
					 *         {
					 *           "kind": "tick",
					 *           "nominalTime": 1767225600000,
					 *           "token": "9f2c4a7be01d3356"
					 *         }
					 *       ],
					 *       "runs": [
					 *         {
					 *           "kind": "tick",
					 *           "nominalTime": 1767225600000,
					 *           "token": "9f2c4a7be01d3356",
					 *           "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *           "firedAt": 1767225600000,
					 *           "latenessMs": 12
					 *         }
					 *       ],
					 *       "counts": {
					 *         "fired": 41,
					 *         "skipped": 0,
					 *         "missed": 0
					 *       }
					 *     }
					 */
					"application/json": components["schemas"]["Schedule"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	putSchedule: {
		parameters: {
			query?: {
				/** @description Only compare. Default false */
				dryRun?: boolean;
			};
			header?: {
				/** @description `*`: only make, do not change */
				"If-None-Match"?: "*";
			};
			path: {
				/** @description Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ScheduleRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "outcome": "created",
					 *       "changed": [
					 *         "timing"
					 *       ],
					 *       "schedule": {
					 *         "id": "nightly",
					 *         "tenant": "-",
					 *         "timing": {
					 *           "rules": [
					 *             {
					 *               "cron": "0 3 * * *"
					 *             }
					 *           ],
					 *           "timeZone": "UTC"
					 *         },
					 *         "canvas": {
					 *           "task": "report.make"
					 *         },
					 *         "submit": {
					 *           "tags": [
					 *             "reports"
					 *           ]
					 *         },
					 *         "overlap": "skip",
					 *         "catchUp": {
					 *           "mode": "latest",
					 *           "windowMs": 600000,
					 *           "max": 100
					 *         },
					 *         "jitterMs": 0,
					 *         "maxRuns": 0,
					 *         "pauseOnFailure": false,
					 *         "note": "asked for by the accountants",
					 *         "source": "billing",
					 *         "description": "at 03:00 every day (UTC)",
					 *         "next": 1767225600000,
					 *         "nextDue": 1767225600000,
					 *         "paused": null,
					 *         "running": [
					 *           "00-7k2m9q4r8s1t5v3w6x0y"
					 *         ],
					 *         "waiting": [
					 *           {
					 *             "kind": "tick",
					 *             "nominalTime": 1767225600000,
					 *             "token": "9f2c4a7be01d3356"
					 *           }
					 *         ],
					 *         "runs": [
					 *           {
					 *             "kind": "tick",
					 *             "nominalTime": 1767225600000,
					 *             "token": "9f2c4a7be01d3356",
					 *             "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *             "firedAt": 1767225600000,
					 *             "latenessMs": 12
					 *           }
					 *         ],
					 *         "counts": {
					 *           "fired": 41,
					 *           "skipped": 0,
					 *           "missed": 0
					 *         }
					 *       }
					 *     }
					 */
					"application/json": components["schemas"]["ScheduleChanged"];
				};
			};
			/** @description It was made */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "outcome": "created",
					 *       "changed": [
					 *         "timing"
					 *       ],
					 *       "schedule": {
					 *         "id": "nightly",
					 *         "tenant": "-",
					 *         "timing": {
					 *           "rules": [
					 *             {
					 *               "cron": "0 3 * * *"
					 *             }
					 *           ],
					 *           "timeZone": "UTC"
					 *         },
					 *         "canvas": {
					 *           "task": "report.make"
					 *         },
					 *         "submit": {
					 *           "tags": [
					 *             "reports"
					 *           ]
					 *         },
					 *         "overlap": "skip",
					 *         "catchUp": {
					 *           "mode": "latest",
					 *           "windowMs": 600000,
					 *           "max": 100
					 *         },
					 *         "jitterMs": 0,
					 *         "maxRuns": 0,
					 *         "pauseOnFailure": false,
					 *         "note": "asked for by the accountants",
					 *         "source": "billing",
					 *         "description": "at 03:00 every day (UTC)",
					 *         "next": 1767225600000,
					 *         "nextDue": 1767225600000,
					 *         "paused": null,
					 *         "running": [
					 *           "00-7k2m9q4r8s1t5v3w6x0y"
					 *         ],
					 *         "waiting": [
					 *           {
					 *             "kind": "tick",
					 *             "nominalTime": 1767225600000,
					 *             "token": "9f2c4a7be01d3356"
					 *           }
					 *         ],
					 *         "runs": [
					 *           {
					 *             "kind": "tick",
					 *             "nominalTime": 1767225600000,
					 *             "token": "9f2c4a7be01d3356",
					 *             "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *             "firedAt": 1767225600000,
					 *             "latenessMs": 12
					 *           }
					 *         ],
					 *         "counts": {
					 *           "fired": 41,
					 *           "skipped": 0,
					 *           "missed": 0
					 *         }
					 *       }
					 *     }
					 */
					"application/json": components["schemas"]["ScheduleChanged"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	deleteSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	pauseSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["PauseRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "nightly",
					 *       "changed": true
					 *     }
					 */
					"application/json": components["schemas"]["ScheduleSwitched"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	resumeSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "nightly",
					 *       "changed": true
					 *     }
					 */
					"application/json": components["schemas"]["ScheduleSwitched"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	triggerSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["TriggerRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "outcome": "fired",
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y"
					 *     }
					 */
					"application/json": components["schemas"]["Triggered"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	backfillSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["BackfillRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "times": [
					 *         1767225600000
					 *       ],
					 *       "fired": 1,
					 *       "waiting": 0,
					 *       "known": 0,
					 *       "skipped": 0
					 *     }
					 */
					"application/json": components["schemas"]["Backfilled"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	previewSchedule: {
		parameters: {
			query?: {
				/** @description How many. Default 10 */
				count?: number;
				/** @description Times after this, Unix ms. Default: now */
				after?: number;
			};
			header?: never;
			path: {
				/** @description Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "ticks": [
					 *         {
					 *           "time": 1767225600000,
					 *           "utc": "2026-01-01T00:00:00.000Z",
					 *           "local": "2026-01-01T01:00:00+01:00"
					 *         }
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["Ticks"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	previewTiming: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["PreviewTimingRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "ticks": [
					 *         {
					 *           "time": 1767225600000,
					 *           "utc": "2026-01-01T00:00:00.000Z",
					 *           "local": "2026-01-01T01:00:00+01:00"
					 *         }
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["Ticks"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listDeadLetters: {
		parameters: {
			query?: {
				/** @description Calls of this task */
				task?: string;
				/** @description Type or code of the error, or a text in its message: needs `payloads:read` */
				error?: string;
				/** @description Of this workflow */
				workflow?: string;
				/** @description Failed before this instant, Unix ms */
				before?: number;
				/** @description Failed at this instant or after it, Unix ms */
				after?: number;
				/** @description At most so many. Default 100 */
				limit?: number;
				/** @description `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "letters": [
					 *         {
					 *           "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
					 *           "task": "pages.fetch",
					 *           "queue": "default",
					 *           "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *           "tenant": "-",
					 *           "error": {
					 *             "type": "TypeError",
					 *             "message": "fetch failed",
					 *             "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
					 *             "code": "ECONNREFUSED",
					 *             "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *             "cause": {
					 *               "type": "Error",
					 *               "message": "connect ECONNREFUSED"
					 *             }
					 *           },
					 *           "attempts": 3,
					 *           "failedAt": 1767225600000
					 *         }
					 *       ],
					 *       "cursor": null
					 *     }
					 */
					"application/json": components["schemas"]["DeadLetterPage"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getDeadLetter: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** @description `<workflow>:<task>`; slashes are written `%2F` */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "id": "00-7k2m9q4r8s1t5v3w6x0y:0",
					 *       "task": "pages.fetch",
					 *       "queue": "default",
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "tenant": "-",
					 *       "error": {
					 *         "type": "TypeError",
					 *         "message": "fetch failed",
					 *         "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
					 *         "code": "ECONNREFUSED",
					 *         "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *         "cause": {
					 *           "type": "Error",
					 *           "message": "connect ECONNREFUSED"
					 *         }
					 *       },
					 *       "attempts": 3,
					 *       "failedAt": 1767225600000,
					 *       "args": [
					 *         "https://example.org/"
					 *       ],
					 *       "kwargs": {
					 *         "timeout": 30
					 *       },
					 *       "errors": [
					 *         {
					 *           "attempt": 1,
					 *           "at": 1767225600000,
					 *           "error": {
					 *             "type": "TypeError",
					 *             "message": "fetch failed",
					 *             "stack": "TypeError: fetch failed\n    at fetchPage (tasks.ts:12:9)",
					 *             "code": "ECONNREFUSED",
					 *             "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *             "cause": {
					 *               "type": "Error",
					 *               "message": "connect ECONNREFUSED"
					 *             }
					 *           }
					 *         }
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["DeadLetterDetails"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	requeueDeadLetters: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["ChangeLettersRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "matched": 2,
					 *       "changed": 2,
					 *       "ids": [
					 *         "00-7k2m9q4r8s1t5v3w6x0y:0"
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["DeadLettersChanged"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	dropDeadLetters: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["ChangeLettersRequest"];
			};
		};
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "matched": 2,
					 *       "changed": 2,
					 *       "ids": [
					 *         "00-7k2m9q4r8s1t5v3w6x0y:0"
					 *       ]
					 *     }
					 */
					"application/json": components["schemas"]["DeadLettersChanged"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getLimits: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "bodyBytes": 4194304,
					 *       "lineBytes": 4194304,
					 *       "nodes": 100000,
					 *       "depth": 64,
					 *       "jsonDepth": 512,
					 *       "page": 1000,
					 *       "waitMs": 60000,
					 *       "bulkIds": 1000,
					 *       "idempotencyKeyMs": 86400000
					 *     }
					 */
					"application/json": components["schemas"]["Limits"];
				};
			};
			/** @description A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					/**
					 * @example {
					 *       "type": "urn:chordis:problem:canvas-invalid",
					 *       "title": "The canvas is not valid",
					 *       "status": 400,
					 *       "code": "canvas-invalid",
					 *       "detail": "canvas.chain[2].args: must be an array",
					 *       "path": "canvas.chain[2].args",
					 *       "errors": [
					 *         {
					 *           "path": "canvas.chain[2].args",
					 *           "rule": "must be an array"
					 *         }
					 *       ],
					 *       "workflow": "00-7k2m9q4r8s1t5v3w6x0y",
					 *       "instance": "/v1/workflows"
					 *     }
					 */
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
}
