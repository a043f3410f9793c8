// Makes of the built page one file that opens from disk: node xtask/one-file.js dist/site dist/spanscope.html
//
// Modules and worker are bundled, the module is inside as base64, styles and icon stand in the document. Its policy allows nothing but its own script
// and style, by their hashes, and connects to nothing.

import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const [site = '', output = ''] = process.argv.slice(2)
const text = (path) => readFileSync(join(site, path), 'utf8')

/** A program as one script. It has no address, by which it knows what it is in. */
async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(site, entry)],
    bundle: true,
    write: false,
    format: 'iife',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    define: { 'import.meta.url': '""' },
    logLevel: 'error',
  })
  // Inside a script element neither of these may stand.
  return outputFiles[0].text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
}

const samples = Object.fromEntries(readdirSync(join(site, 'samples')).filter((name) => /\.(json|log)$/.test(name)).map((name) => [name, text(join('samples', name))]))
const inlined = `globalThis.spanscopeSamples=${JSON.stringify(samples).replaceAll('<', '\\u003c')};`
const [app, worker] = await Promise.all([bundled('app.js'), bundled('worker.js')])
const page = text('index.html')
const style = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map(([, path]) => text(path)).join('\n')
if (/url\((?!"#)|@import/.test(style)) throw new Error('A style names another file.')
const icon = Buffer.from(text('icon.svg')).toString('base64')
const hash = (content) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`
const policy = `default-src 'none'; script-src ${hash(app)} 'wasm-unsafe-eval'; style-src ${hash(style)}; worker-src blob:; img-src data: blob:; form-action 'none'; base-uri 'none'`

/** The head without what is another file, the body without its end. */
const kept = page
  .replace(/<meta http-equiv="Content-Security-Policy" content="[^"]*">/, () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
  .replace(/<link rel="stylesheet" href="[^"]+">\n/g, '')
  .replace(/<link rel="icon"[^>]*>/, () => `<link rel="icon" href="data:image/svg+xml;base64,${icon}">`)
  .replace(/<script type="module"[^>]*><\/script>/, () => `<style>${style}</style>`)
  .replace(/<\/body>\s*<\/html>\s*$/, '')
const html = `${kept}<script type="text/plain" id="worker-source">${inlined}${worker}</script>
<script type="text/plain" id="saved-inputs"></script>
<script>${app}</script>
</body>
</html>
`
if (/(?:src|href)="(?!data:)/.test(html.replace(/<script[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/g, ''))) throw new Error('The file names another file.')
writeFileSync(output, html)
