/** Light and dark, from 360 px on. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#ddd, #383838); --soft: light-dark(#f5f5f3, #1f1f21);
  --dim: light-dark(#5c5c5c, #a8a8a8); --link: light-dark(#0550ae, #79b8ff); --bg: light-dark(#fff, #141416);
  --fg: light-dark(#1b1b1b, #e8e8e8); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; background: var(--bg);
  color: var(--fg); overflow-wrap: anywhere; }
a { color: var(--link); }
h1 { margin: 0; }
h2 { margin: 2rem 0 .5rem; text-transform: capitalize; }
h3 { margin: 0; font-size: 1rem; }
h4 { margin: 1rem 0 .25rem; font-size: .875rem; color: var(--dim); }
small { color: var(--dim); font-weight: normal; font-size: .8125rem; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { margin: .25rem 0; padding: .625rem; white-space: pre-wrap; background: var(--soft); border-radius: .375rem; }
nav { position: sticky; top: 0; background: var(--bg); border-block: 1px solid var(--line); padding: .5rem 0; }
nav details[open] { max-height: 80vh; overflow-y: auto; }
nav summary { cursor: pointer; }
nav h2 { margin: 1rem 0 .25rem; font-size: 1rem; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li a { display: block; padding: .125rem 0; text-decoration: none; }
article { margin: .75rem 0; padding: .875rem; border: 1px solid var(--line); border-radius: .5rem;
  scroll-margin-top: 3.5rem; }
article:target { border-color: var(--link); }
article p { margin: .375rem 0; }
dl { margin: 0; }
dt { font-weight: 600; margin-top: .375rem; }
dd { margin: 0 0 0 1rem; }
b { display: inline-block; min-width: 3.75rem; font: 600 .8125rem ui-monospace, monospace; }
.GET { color: light-dark(#1a6e36, #7ee2a0); }
.POST, .PUT { color: light-dark(#0550ae, #79b8ff); }
.DELETE { color: light-dark(#b3261e, #ff9a92); }
#schemas { scroll-margin-top: 3.5rem; }
`
