/** What the benchmark answers: one row for each bar, and tables for people. */

export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The figure in terms of what it is measured against; `null` where the bar is absolute. */
  readonly ratio: number | null
  readonly against: string | null
  /** `>= 40 x`, `<= 100 ms` */
  readonly bar: string
  readonly holds: boolean
}

/** One group of rows, with everything that was measured for them. */
export interface Report {
  readonly rows: ReadonlyArray<Row>
  readonly tables: ReadonlyArray<Table>
}

export interface Table {
  readonly title: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string | number>>
  /** What a reader must know to read it. */
  readonly notes?: ReadonlyArray<string>
}

/** Our figure must be at least so many times the other one. */
export const atLeast = (
  times: number,
  row: Pick<Row, "name" | "value" | "unit"> & { readonly ratio: number; readonly against: string },
): Row => ({ ...row, bar: `>= ${times} x`, holds: row.ratio >= times })

export const atMost = (
  times: number,
  row: Pick<Row, "name" | "value" | "unit"> & { readonly ratio: number; readonly against: string },
): Row => ({ ...row, bar: `<= ${times} x`, holds: row.ratio <= times })

/** An absolute bar, in the figure's own unit. */
export const within = (most: number, row: Pick<Row, "name" | "value" | "unit">): Row => ({
  ...row,
  ratio: null,
  against: null,
  bar: `<= ${most.toLocaleString("en")} ${row.unit}`,
  holds: row.value <= most,
})

export const formatTable = ({ title, columns, rows, notes = [] }: Table): string => {
  const cells = [
    columns,
    ...rows.map((row) => row.map((cell) => (typeof cell === "number" ? formatNumber(cell) : cell))),
  ]
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const numeric = columns.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  )
  const rule = widths.map((width) => "─".repeat(width)).join("  ")
  return [title, "", lines[0]!, rule, ...lines.slice(1), ...notes.map((note) => `  ${note}`), ""].join("\n")
}

export const formatRows = (rows: ReadonlyArray<Row>): string =>
  formatTable({
    title: "Bars",
    columns: ["", "row", "value", "unit", "ratio", "bar", "against"],
    rows: rows.map(({ name, value, unit, ratio, against, bar, holds }) => [
      holds ? "holds" : "MISSED",
      name,
      value,
      unit,
      ratio === null ? "" : `${formatNumber(ratio)} x`,
      bar,
      against ?? "",
    ]),
  })

export const formatNumber = (value: number): string =>
  Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en")
    : Math.abs(value) >= 10
      ? value.toFixed(1)
      : value
          .toPrecision(3)
          .replace(/(\.\d*?)0+$/, "$1")
          .replace(/\.$/, "")
