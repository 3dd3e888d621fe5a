/** `charter completion` */
import { nearest } from "../../language/suggest.ts"
import type { Given, Invocation } from "../command.ts"
import { bashCompletion } from "../completion/bash.ts"
import { fishCompletion } from "../completion/fish.ts"
import { levels } from "../completion/levels.ts"
import { zshCompletion } from "../completion/zsh.ts"
import { misuse } from "../failure.ts"

const SHELLS: Readonly<Record<string, typeof bashCompletion>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

export const completion = ({ output }: Invocation, given: Given): void => {
  const [shell = ""] = given.arguments
  const make = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
  if (make === undefined) {
    const meant = nearest(shell, Object.keys(SHELLS))
    throw misuse(
      `There is completion for ${Object.keys(SHELLS).join(", ")}, not for ${JSON.stringify(shell)}.`,
      ...(meant === undefined ? [] : [`Did you mean: charter completion ${meant}`]),
    )
  }
  const script = make(levels())
  output.answer({ shell, script }, () => script)
}
