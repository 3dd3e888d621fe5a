/** All that the files of a set say together, for the rules that look across files. */
import type { Contract } from "../../domain/contract.ts"
import type { Diagnostic, Position } from "../../domain/diagnostic.ts"
import { GLOBAL, isOrganizationName } from "../../domain/names.ts"
import type { Member, Organization } from "../../domain/organization.ts"
import type { Places } from "../findings.ts"
import type { ParsedFile } from "../load.ts"

export class World {
  readonly files: ReadonlyArray<ParsedFile>
  readonly contracts: ReadonlyArray<Contract>
  /** Those with errors of their own, too; parts of them may be missing. */
  readonly drafts: ReadonlyArray<Contract>
  /** By id; of two with one id the first. */
  readonly organizations: ReadonlyMap<string, Organization>
  /** Some organization could not be read: what is not found may be in there. */
  readonly incomplete: boolean
  readonly diagnostics: Array<Diagnostic> = []
  /** Event types that have been reported as a slip for another one. */
  readonly misspelt = new Set<string>()
  readonly #places: ReadonlyMap<string, Places>
  readonly #unreadable: ReadonlySet<string>
  readonly #below = new Map<string, ReadonlyArray<Organization>>()
  readonly #members = new Map<string, ReadonlyArray<Member>>()

  constructor(files: ReadonlyArray<ParsedFile>) {
    this.files = files
    this.#places = new Map(files.map(({ file, places }) => [file, places]))
    this.contracts = files.flatMap(({ contracts }) => contracts)
    this.drafts = files.flatMap(({ contracts, drafts }) => [...contracts, ...drafts.contracts])
    const organizations = new Map<string, Organization>()
    for (const file of files)
      for (const organization of file.organizations)
        if (!organizations.has(organization.id)) organizations.set(organization.id, organization)
    this.organizations = organizations
    this.#unreadable = new Set(files.flatMap(({ unreadable }) => [...unreadable]))
    this.incomplete = this.#unreadable.size > 0
  }

  /** `@global` is there without a file; an organization with errors is there, but cannot be looked into. */
  exists(id: string): boolean {
    // What is no name at all is an error of its own.
    return id === GLOBAL || !isOrganizationName(id) || this.organizations.has(id) || this.#unreadable.has(id)
  }

  /** The organization and all its parents are there, and can be looked into. */
  isKnown(id: string): boolean {
    const chain = [this.organizations.get(id), ...this.above(id)]
    return id === GLOBAL || chain.every((each) => each !== undefined && this.exists(each.parent ?? GLOBAL))
  }

  /** The organization's parents, nearest first, `@global` last. */
  above(id: string): ReadonlyArray<Organization> {
    const chain: Array<Organization> = []
    const seen = new Set([id])
    for (
      let at = this.organizations.get(id)?.parent;
      at !== undefined && !seen.has(at);
      at = this.organizations.get(at)?.parent
    ) {
      seen.add(at)
      const organization = this.organizations.get(at)
      if (organization !== undefined) chain.push(organization)
    }
    const global = seen.has(GLOBAL) ? undefined : this.organizations.get(GLOBAL)
    return global === undefined ? chain : [...chain, global]
  }

  /** The organizations whose events a contract of this scope meets: itself and all below it. */
  below(scope: string): ReadonlyArray<Organization> {
    let found = this.#below.get(scope)
    if (found === undefined) {
      const all = [...this.organizations.values()]
      found =
        scope === GLOBAL
          ? all
          : all.filter(({ id }) => id === scope || this.above(id).some((parent) => parent.id === scope))
      this.#below.set(scope, found)
    }
    return found
  }

  /** Members as events of the organization see them; in `@global` that is every human. */
  members(id: string): ReadonlyArray<Member> {
    let members = this.#members.get(id)
    if (members === undefined) {
      const own = (this.organizations.get(id)?.members ?? []).map((member) => this.#resolved(member))
      members = id === GLOBAL ? [...own, ...this.#otherHumans(new Set(own.map(({ name }) => name)))] : own
      this.#members.set(id, members)
    }
    return members
  }

  isHuman(name: string): boolean {
    return this.members(GLOBAL).some((member) => member.kind === "human" && member.name === name)
  }

  /** Does only a webhook bring such events, of those that a contract of this scope meets? */
  isWebhookType(scope: string, type: string): boolean {
    const source = type.slice(0, Math.max(0, type.indexOf(".")))
    const seen = [...this.below(scope), ...this.above(scope)]
    return source === "webhook" || seen.some(({ webhooks }) => webhooks.some((webhook) => webhook.source === source))
  }

  /** Where a part of a contract or organization stands; `otherwise` is a place in the same file. */
  place(part: object, otherwise: Position, key?: string): Position {
    return this.#places.get(otherwise.file)?.get(part, key) ?? otherwise
  }

  error(at: Position, code: string, message: string, suggestion?: string): void {
    this.#add("error", at, code, message, suggestion)
  }

  warning(at: Position, code: string, message: string, suggestion?: string): void {
    this.#add("warning", at, code, message, suggestion)
  }

  /** An agent of another organization has the roles it has there, unless others are given here. */
  #resolved(member: Member): Member {
    if (member.ref === undefined || member.roles.length > 0) return member
    const [name, home] = member.ref.split("@")
    const original = this.organizations.get(`@${home}`)?.members.find((other) => other.name === name)
    return original === undefined ? member : { ...member, roles: original.roles }
  }

  #otherHumans(known: Set<string>): ReadonlyArray<Member> {
    const found: Array<Member> = []
    for (const { members } of this.organizations.values())
      for (const member of members)
        if (member.kind === "human" && !known.has(member.name)) {
          known.add(member.name)
          found.push({ ...member, roles: [], weight: 1 })
        }
    return found
  }

  #add(
    severity: Diagnostic["severity"],
    { file, line, column }: Position,
    code: string,
    message: string,
    suggestion?: string,
  ): void {
    const diagnostic = { file, line, column, severity, code, message }
    this.diagnostics.push(suggestion === undefined ? diagnostic : { ...diagnostic, suggestion })
  }
}
