/** Where in a JSON document something stands (RFC 6901), as a URI fragment: `["data", "a/b"]` → `#/data/a~1b`. */
export const jsonPointer = (path: ReadonlyArray<PropertyKey>): string =>
  `#${path.map((key) => `/${encodeURIComponent(String(key).replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("")}`
