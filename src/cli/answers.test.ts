/** What the command line reads is what the service answers: held by the compiler. */
import { describe, expectTypeOf, it } from "vitest"
import type * as Service from "../service/Service.ts"
import type * as Answers from "./answers.ts"

describe("the answers", () => {
  it("are the service's", () => {
    expectTypeOf<Service.PublishAnswer>().toExtend<Answers.PublishAnswer>()
    expectTypeOf<Service.Explanation>().toExtend<Answers.Explanation>()
    expectTypeOf<Service.ContractView>().toExtend<Answers.ContractView>()
    expectTypeOf<Service.Status>().toExtend<Answers.Status>()
    expectTypeOf<Answers.PublishAnswer>().toExtend<Service.PublishAnswer>()
    expectTypeOf<keyof Answers.Status>().toEqualTypeOf<keyof Service.Status>()
  })
})
