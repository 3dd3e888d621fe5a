/** Documents. */
import { Schema } from "effect"
import { named, optional, Time } from "./parts.ts"

const { Struct, Int, Literals, String: Text } = Schema

const document = {
  org: Text,
  name: Text,
  version: Int,
  hash: Text,
  bytes: Int,
  by: Text,
  at: Time,
  state: Literals(["current", "superseded"]),
  owner: optional(
    Text.annotateKey({ description: "Who alone may write it: elected, or named by the organization's file." }),
  ),
}

export const DocumentResult = named(Struct(document), "Document", "One version of a document, without its text.")

export const DocumentWithText = Struct({ ...document, text: Text })
