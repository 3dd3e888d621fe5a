/** `charter propose`, `charter changes`: what a change does to its files is shown line by line, now and afterwards. */
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
