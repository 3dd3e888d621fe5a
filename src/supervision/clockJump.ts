/** The wall clock may differ by so much from the monotonic one between two looks before it counts as a jump. */
const CLOCK_JUMP_MS = 5_000

/** Tells by how many ms the wall clock has jumped since it was asked last; `undefined` where it has not. */
export const makeClockWatch = (): ((wall: number, monotonic: bigint) => number | undefined) => {
  let before: { readonly wall: number; readonly monotonic: bigint } | undefined
  return (wall, monotonic) => {
    const passed = before === undefined ? 0 : Number(monotonic - before.monotonic) / 1e6
    const by = before === undefined ? 0 : Math.round(wall - before.wall - passed)
    before = { wall, monotonic }
    return Math.abs(by) >= CLOCK_JUMP_MS ? by : undefined
  }
}
