/** A contract's document. */
import { Schema } from "effect"
import { ConditionSchema } from "./conditions.ts"
import { EffectsSchema } from "./effects.ts"
import {
  described,
  EventPattern,
  Instant,
  Kebab,
  MemberName,
  oneOrList,
  optional,
  OrganizationName,
  Text,
} from "./values.ts"

export const MODES = ["enforce", "shadow", "off"] as const

export const ContractDocument = Schema.Struct({
  contract: described(Kebab, "The contract's id: lower-case words joined by hyphens."),
  name: optional(Text, "A title for people."),
  description: optional(Text, "What it is for, in a sentence."),
  scope: described(OrganizationName, 'The organization that it binds: "@review-team"; "@global" binds everyone.'),
  on: described(oneOrList(EventPattern), "Which events: a type, a pattern (deploy.*, github.**), or a list of them."),
  when: optional(ConditionSchema, "Only if this holds. Left out: always."),
  then: described(EffectsSchema, "What follows: one effect or a list of effects."),
  mode: optional(Schema.Literals(MODES), "enforce (default); shadow: evaluated and counted only; off."),
  priority: optional(Schema.Int, "Order of routes and explanations only. Default 0, higher comes first."),
  owner: optional(MemberName, "Whom to ask about it."),
  from: optional(Instant, "Valid from this time on."),
  until: optional(Instant, "Valid until before this time."),
})
