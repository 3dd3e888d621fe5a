/** `1 task`, `0 tasks`, `3 tasks`. */
export const amount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`
