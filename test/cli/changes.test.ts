/** `charter propose`, `charter changes`: what a change does to its files is shown line by line, now and afterwards, and what has become of it. */
import { rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Shell, TEAM } from "./charter.ts"

const DEPLOYS = "contracts/deploys.yaml"
const TESTS = "contracts/deploys.test.yaml"
const tests = (name: string): string => `organization: "@team"
cases:
  - name: ${name}
    event: { type: deploy.requested, actor: coder, data: { environment: mars } }
    expect: { verdict: deny }
`
const shell = new Shell({ ...TEAM, [TESTS]: tests("Mars is refused") })
beforeAll(async () => expect(await shell.run(["up", "--port", "0"])).toMatchObject({ code: 0 }))
afterAll(() => shell.close())

const DIFF = `--- ${TESTS}
+++ ${TESTS}
@@ -1,5 +1,5 @@
 organization: "@team"
 cases:
-  - name: Mars is refused
+  - name: Mars stays refused
     event: { type: deploy.requested, actor: coder, data: { environment: mars } }
     expect: { verdict: deny }
--- ${DEPLOYS}
+++ ${DEPLOYS}
@@ -11,7 +11,7 @@
 on: deploy.requested
 when: { data.environment: mars }
 then:
-  - deny("Mars is too far")
+  - deny("Mars is closed")
 ---
 contract: reviews
 scope: "@team"
`

it("a change is shown as lines that go and come, before it is asked for, with its answer, and for ever", async () => {
  const proposed = [
    shell.write(`proposal/${DEPLOYS}`, TEAM[DEPLOYS].replace("Mars is too far", "Mars is closed")),
    shell.write(`proposal/${TESTS}`, tests("Mars stays refused")),
  ]
  const preview = await shell.run(["propose", "--dry-run", ...proposed])
  expect(preview).toMatchObject({ code: 0, stderr: "" })
  expect(preview.stdout).toContain(DIFF)
  const done = await shell.run(["propose", ...proposed])
  expect(done.stdout).toContain(`Changed: 1 contract changed`)
  expect(done.stdout).toContain(DIFF)
  const [id] = /change-[0-9a-f]+/.exec(done.stdout)!
  expect((await shell.run(["changes", id])).stdout).toContain(DIFF)
})

it("a file that comes, and one that goes, are shown whole", async () => {
  const file = shell.write(
    "proposal/contracts/more.yaml",
    'contract: more\nscope: "@team"\non: more.requested\nthen: deny("no")',
  )
  const come = await shell.run(["propose", file])
  expect(come.stdout).toContain(`--- /dev/null
+++ contracts/more.yaml
@@ -0,0 +1,4 @@
+contract: more
+scope: "@team"
+on: more.requested
+then: deny("no")
\\ No newline at end of file
`)
  const gone = await shell.run(["propose", "--remove", "contracts/more.yaml"])
  expect(gone.stdout).toContain(`--- contracts/more.yaml
+++ /dev/null
@@ -1,4 +0,0 @@
-contract: more
`)
})

it("a change that cannot be written is shown with what is in its way, and given up", async () => {
  const inTheWay = join(shell.dataFolders()[0]!, "changes")
  rmSync(inTheWay, { recursive: true, force: true })
  symlinkSync(join(shell.root, "no", "folder"), inTheWay)
  const file = shell.write(
    "proposal/contracts/late.yaml",
    'contract: late\nscope: "@team"\non: late.requested\nthen: allow\n',
  )
  const proposed = shell.run(["propose", file])
  const list = async () => (await shell.run(["changes"])).stdout
  await expect.poll(list, { timeout: 30_000 }).toMatch(/could not be carried out, in \d+ tries since .*EEXIST/)
  const [id] = /change-[0-9a-f]+/.exec(await list())!
  expect((await shell.run(["status"])).stdout).toContain(`charter cancel ${id}`)
  const given = await shell.run(["cancel", id, "--reason", "no longer\nneeded"])
  expect(given).toMatchObject({ code: 0, stderr: "" })
  expect(given.stdout).toBe(`The change ${id} is given up: cancelled by operator: no longer\\nneeded.\n`)
  expect(await proposed).toMatchObject({ code: 1, stdout: expect.stringMatching(/^Failed: /) })
  rmSync(inTheWay)
  expect(await list()).toContain("No change of the rules waits")
  expect((await shell.run(["changes", id])).stdout).toMatch(
    /^Failed: .*\n {2}cancelled by operator: no longer\\nneeded\n/,
  )
  expect(await shell.run(["cancel", id])).toMatchObject({ code: 1, stderr: expect.stringContaining("come to its end") })
}, 60_000)

it("who asks for another executor is told that it waits for the operator, and how that ends", async () => {
  const asked = await shell.run(["agents", "new", "extra", "--org", "@team", "--run", "id"], await shell.as("erin"))
  expect(asked).toMatchObject({ code: 0, stderr: "" })
  expect(asked.stdout).toContain("Held: 1 member added (extra@team)")
  expect(asked.stdout).toContain("only an operator lets that through")
  const [, proposal] = /the operator: charter accept (p-\S+), or/.exec(asked.stdout)!
  expect((await shell.run(["changes"])).stdout).toContain("only an operator lets that through")
  expect((await shell.run(["status"])).stdout).toContain(`charter accept ${proposal}`)
  expect(await shell.run(["accept", proposal!])).toMatchObject({ code: 0 })
  const change = /change-[0-9a-f]+/.exec(asked.stdout)![0]
  expect((await shell.run(["changes", change])).stdout).not.toContain("only an operator lets that through")
})
