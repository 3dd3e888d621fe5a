/** Members put into an organization's file, changed there, or taken out; everything else in it stays as somebody wrote it. */
import {
  Document,
  isMap,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml"

/** One member as the file has it: `{ human: "dana", roles: ["lead"] }`. */
export type WrittenMember = Readonly<Record<string, unknown>>

/** `undefined` where the text has no such organization with a list of members. */
export const addMember = (text: string, org: string, member: WrittenMember): string | undefined => {
  const found = membersIn(text, org)
  if (found === undefined) return undefined
  const { document, documents, list } = found
  const last = list.items.at(-1) as { readonly range?: Range } | undefined
  const indent = last?.range === undefined || list.flow === true ? undefined : markIndent(text, last.range[0])
  if (indent === undefined) {
    list.add(document.createNode(member))
    return written(text, documents)
  }
  // Behind the last item, in the manner of a list that is written by hand.
  const end = lineEnd(text, last!.range![1])
  const item = itemText(member, indent)
  return `${text.slice(0, end)}\n${item}${text.slice(end)}${end === text.length ? "\n" : ""}`
}

/** The member of this name, as it is to be from now on; `undefined` where there is none. */
export const replaceMember = (
  text: string,
  org: string,
  name: string,
  member: WrittenMember | undefined,
): string | undefined => {
  const found = membersIn(text, org)
  if (found === undefined) return undefined
  const { document, documents, list } = found
  const at = list.items.findIndex((item) => isMap(item) && nameOf(item as YAMLMap) === name)
  if (at < 0) return undefined
  const node = list.items[at] as YAMLMap
  const [start, valueEnd] = node.range!
  const marked = list.flow !== true && markIndent(text, start) !== undefined
  const lineStart = text.lastIndexOf("\n", start - 1) + 1
  const end = text.slice(0, lineEnd(text, valueEnd)).trimEnd().length
  if (member === undefined) {
    if (marked && list.items.length > 1) return text.slice(0, lineStart) + text.slice(end).replace(/^\n/, "")
    list.delete(at)
    return written(text, documents)
  }
  for (const key of node.items.map((pair: Pair) => String(pair.key))) if (!(key in member)) node.delete(key)
  for (const [key, value] of Object.entries(member))
    if (JSON.stringify(plain(node.get(key, false))) !== JSON.stringify(value))
      node.set(key, withShortLists(document.createNode(value)))
  if (!marked || hasAlias(node)) return written(text, documents)
  // What stands before the member or behind it is in the text already.
  node.commentBefore = null
  node.spaceBefore = false
  if (node.flow === true) node.comment = null
  const alone = new Document()
  alone.contents = node as never
  const lines = written(text, [alone]).trimEnd().split("\n")
  const inner = "\n" + " ".repeat(start - lineStart)
  return `${text.slice(0, start)}${lines.join(inner).replaceAll(/\n +(?=\n)/g, "\n")}${text.slice(node.flow === true ? valueEnd : end)}`
}

/** The member of this name as the file has it. */
export const memberIn = (text: string, org: string, name: string): WrittenMember | undefined => {
  const found = membersIn(text, org)
  const item = found?.list.items.find((one) => isMap(one) && nameOf(one as YAMLMap) === name) as YAMLMap | undefined
  return item === undefined ? undefined : (item.toJS(found!.document) as WrittenMember)
}

type Range = readonly [start: number, valueEnd: number, nodeEnd: number]

interface Found {
  readonly document: Document
  readonly documents: ReadonlyArray<Document>
  readonly list: YAMLSeq
}

const membersIn = (text: string, org: string): Found | undefined => {
  const documents = parseAllDocuments(text) as ReadonlyArray<Document>
  for (const document of documents) {
    if (!isMap(document.contents) || document.get("organization") !== org) continue
    const list = document.get("members")
    if (isSeq(list)) return { document, documents, list }
  }
  return undefined
}

const nameOf = (item: YAMLMap): string => {
  const named =
    item.get("human") ??
    item.get("agent") ??
    String(item.get("ref") ?? "")
      .replace(/^@/, "")
      .split("@", 1)[0]
  return String(named).replace(/^@/, "")
}

const plain = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "toJSON" in value
    ? (value as { toJSON: () => unknown }).toJSON()
    : value

/** Lines are broken where they were, and nowhere else; a list on one line has the spaces within its brackets that it had. */
const written = (text: string, documents: ReadonlyArray<Document>): string => {
  for (const document of documents)
    visit(document, {
      Collection: (_, node) => {
        if (node.flow !== true) return
        const { range } = node
        const flowCollectionPadding = (range ? text[range[0] + 1] === " " : isMap(node)) ? " " : ""
        const print = node.toString.bind(node)
        node.toString = (context, ...rest) => print({ ...context!, flowCollectionPadding }, ...rest)
      },
    })
  return documents.map((document) => document.toString({ lineWidth: 0 })).join("")
}

const hasAlias = (node: YAMLMap): boolean => {
  let found = false
  visit(node, { Alias: () => void (found = true) })
  return found
}

/** What stands before the mark of a list's item; `undefined` where the item does not begin behind a mark of its own line. */
const markIndent = (text: string, start: number): string | undefined =>
  /^([ ]*)-[ ]+$/.exec(text.slice(text.lastIndexOf("\n", start - 1) + 1, start))?.[1]

const lineEnd = (text: string, from: number): number => {
  const at = text[from - 1] === "\n" ? from - 1 : text.indexOf("\n", from)
  return at < 0 ? text.length : at
}

const withShortLists = <A extends Document | Node>(made: A): A => {
  visit(made, { Seq: (_, node) => void (node.flow = true) })
  return made
}

/** One line where it fits on one, as people write it; lists always are. */
const itemText = (member: WrittenMember, indent: string): string => {
  const document = withShortLists(new Document(member))
  const short = Object.values(member).every((value) => typeof value !== "object" || Array.isArray(value))
  if (short) (document.contents as YAMLMap).flow = true
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false }).trimEnd()
  const lines = short ? [text.replace(/^\{(.*)\}$/s, "{ $1 }")] : text.split("\n")
  return lines.map((line, index) => `${indent}${index === 0 ? "- " : "  "}${line}`).join("\n")
}
