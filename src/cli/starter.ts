/** The files of a new workspace. What is small enough to be read at once teaches best. */

/** By name, relative to the workspace. The schemas that they name lie in `schemas/`. */
export const starterFiles = (organization: string, member: string): ReadonlyMap<string, string> =>
  new Map([
    [`organizations/${organization.slice(1)}.yaml`, organizationFile(organization, member)],
    ["contracts/deploys.yaml", contractFile(organization)],
    ["contracts/deploys.test.yaml", testFile(organization, member)],
    [".gitignore", GITIGNORE],
  ])

const organizationFile = (organization: string, member: string): string =>
  `# yaml-language-server: $schema=../schemas/organization.schema.json
# Who works here. The daemon reads this file again whenever it is saved; charter lint checks it.
organization: "${organization}"
owner: "${member}"
members:
  - { human: "${member}", roles: [lead] }
  # An agent is any executable: it reads its task as JSON and is done when it exits with 0.
  # - agent: deployer
  #   executor: { kind: command, run: [./tools/deploy.sh] }
`

const contractFile = (organization: string): string =>
  `# yaml-language-server: $schema=../schemas/contract.schema.json
# One rule. charter describe says what it means, charter test plays its cases.
contract: production-needs-approval
name: Production deploys need an approval
scope: "${organization}"
on: deploy.requested
when: { data.environment: production }
then:
  - require_approval: { from: role:lead, within: 24h }
`

const testFile = (organization: string, member: string): string =>
  `# yaml-language-server: $schema=../schemas/contract-tests.schema.json
organization: "${organization}"
cases:
  - name: staging goes straight through
    event: { type: deploy.requested, actor: operator, data: { environment: staging } }
    expect: { verdict: allow }
  - name: production waits until a lead approves
    event: { type: deploy.requested, actor: operator, data: { environment: production } }
    expect: { verdict: hold, contracts: [production-needs-approval] }
    then:
      - { vote: approve, by: "${member}", expect: { verdict: allow } }
  - name: silence is no consent
    event: { type: deploy.requested, actor: operator, data: { environment: production } }
    then:
      - { after: 24h, expect: { verdict: expired } }
`

const GITIGNORE = `# Secrets and output. The log is elsewhere: charter status shows where.
.env
*.token
*.log
`
