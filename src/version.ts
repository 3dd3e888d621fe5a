/** Which program this is. */
import packageJson from "../package.json" with { type: "json" }

/** As in package.json. */
export const VERSION: string = packageJson.version

declare const BUNDLE_IDENTITY: string | undefined

/** Names the content of the bundle that this is; `undefined` where the sources run. */
export const BUILD: string | undefined = typeof BUNDLE_IDENTITY === "undefined" ? undefined : BUNDLE_IDENTITY
