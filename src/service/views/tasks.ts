/** What becomes of a task. */

/** One thing that has become of a task. */
export interface TaskLogItem {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly run?: string
  readonly text?: string
  readonly data?: unknown
}
