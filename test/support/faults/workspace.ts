/** Rules and executables of a workload that has everything in it: a hold, votes, a release, runs, a retry. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { PUT_TOKEN_DOWN } from "./remains.ts"

const ORGANIZATION = `organization: "@team"
owner: dana
members:
  - { human: dana, roles: [lead] }
  - { human: erin, roles: [lead] }
  - { human: fred }
  - agent: builder
    executor: { kind: command, run: [./build.sh] }
  - agent: deployer
    executor: { kind: command, run: [./deploy.sh] }
  - agent: bystander
    executor: { kind: command, run: [./deploy.sh] }
`

const CONTRACTS = `contract: two-leads-agree
scope: "@team"
on: deploy.requested
then:
  - require_votes: { approvals: 2, from: org.humans, within: 1h }
---
contract: build-then-deploy
scope: "@team"
on: deploy.requested
then: "route(@builder, @deployer)"
---
contract: runs-are-looked-at
scope: "@team"
on: run.requested
when: { data.member: bystander }
then:
  - require_approval: { from: org.humans, within: 1h }
---
contract: nothing-is-dropped
scope: "@team"
on: drop.requested
then: deny("nothing is dropped")
---
contract: notes-are-read
scope: "@team"
on: note.requested
then:
  - route: { to: "@deployer" }
  - emit: { type: note.taken }
---
contract: a-hundred-notes-a-minute
scope: "@team"
on: note.requested
then: limit(20, 10s, actor)
---
contract: looking
scope: "@team"
on: look.requested
then: route("@bystander")
`

/** Fails the first time that it is asked about an event, and publishes an event of its own. */
const BUILD = `#!/bin/sh
${PUT_TOKEN_DOWN}
read -r task
event=$(printf %s "$task" | sed 's/.*"eventSeq":\\([0-9]*\\).*/\\1/')
printf '{"event":{"type":"build.reported","data":{"event":"%s"}}}\\n' "$event"
mkdir "built-$event" 2>/dev/null && { echo "not yet" >&2; exit 75; }
echo '{"usage":{"tokens":3,"turns":1}}'
echo '{"result":{"built":true}}'
`

const DEPLOY = `#!/bin/sh
${PUT_TOKEN_DOWN}
read -r task
echo '{"progress":"deploying"}'
echo '{"result":{"deployed":true}}'
`

export const writeFaultsWorkspace = (folder: string): void => {
  for (const name of ["contracts", "organizations", "tokens"]) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, "organizations", "team.yaml"), ORGANIZATION)
  writeFileSync(join(folder, "contracts", "team.yaml"), CONTRACTS)
  for (const [name, text] of [
    ["build.sh", BUILD],
    ["deploy.sh", DEPLOY],
  ] as const) {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), 0o755)
  }
}
