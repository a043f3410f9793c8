//! What a browser loads of the built page: asked for all at once, not file after file as each one names the next.

use crate::Outcome;
use crate::build::{read, write};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The file of all styles.
const STYLE: &str = "style.css";

/// Joins the styles that the page's document names, in their order, and names there all modules that it begins with.
pub(crate) fn gather(site: &Path) -> Outcome {
    let document = site.join("index.html");
    let page = read(&document)?;
    let files: Vec<&str> = page.lines().filter_map(style).collect();
    let styles = files.iter().map(|file| read(&site.join(file))).collect::<Result<Vec<_>, _>>()?;
    let entry = page.lines().find_map(|line| between(line, "<script type=\"module\" src=\"", "\""));
    let entry = entry.ok_or_else(|| format!("{} names no module.", document.display()))?;
    let mut links = format!("<link rel=\"stylesheet\" href=\"{STYLE}\">\n");
    for module in modules(entry, &|file| read(&site.join(file)))?.iter().filter(|module| *module != entry) {
        links += &format!("<link rel=\"modulepreload\" href=\"{module}\">\n");
    }
    let mut gathered = String::new();
    for line in page.lines() {
        match style(line) {
            None => gathered += &format!("{line}\n"),
            // The place of the first one is that of all.
            Some(_) => gathered += &std::mem::take(&mut links),
        }
    }
    for file in files {
        fs::remove_file(site.join(file)).map_err(|error| format!("cannot remove {file} from the page: {error}."))?;
    }
    write(&site.join(STYLE), &styles.join("\n"))?;
    write(&document, &gathered)
}

/// The file of styles that a line of the document names.
fn style(line: &str) -> Option<&str> {
    between(line, "<link rel=\"stylesheet\" href=\"", "\"")
}

/// The modules that are loaded with one: itself and all that it imports, directly or not.
fn modules(entry: &str, text: &dyn Fn(&str) -> Result<String, String>) -> Result<BTreeSet<String>, String> {
    let mut found = BTreeSet::from([entry.to_owned()]);
    let mut open = vec![entry.to_owned()];
    while let Some(module) = open.pop() {
        for import in imports(&text(&module)?) {
            let import = beside(&module, import);
            if found.insert(import.clone()) {
                open.push(import);
            }
        }
    }
    Ok(found)
}

/// What a module imports from beside it. Each statement begins a line, and ends on it or on one that begins with a brace; what is loaded only
/// when it is needed is none.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| ["import ", "export ", "} from "].iter().any(|start| line.starts_with(start)))
        .filter_map(|line| {
            let (before, rest) = line.split_once(['"', '\''])?;
            let from = before.ends_with(" from ") || before == "import " || before == "} from ";
            rest.split(['"', '\'']).next().filter(|file| from && file.starts_with('.'))
        })
}

/// The path of what a file names, as seen from the folder of all.
fn beside(file: &str, named: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in named.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.split_once(start)?.1.split_once(end).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_modules_that_one_begins_with_are_found() {
        let text = |file: &str| {
            Ok(match file {
                "app.js" => {
                    "import { a,\n    b,\n} from \"./parts/a.js\";\nimport './b.js';\n/** @import { T } from './types.js' */\nexport const later = () => import(\"./later.js\");\n"
                }
                "parts/a.js" => "export * from '../b.js';\nimport { c } from \"./c.js\";\n",
                "b.js" => "import { app } from \"./app.js\";\nexport const from = \"./text.js\";\n",
                "parts/c.js" => "import x from \"elsewhere\";\n",
                other => return Err(format!("{other} is not one")),
            }
            .to_owned())
        };
        let found = modules("app.js", &text).unwrap();
        assert_eq!(
            found.iter().map(String::as_str).collect::<Vec<_>>(),
            ["app.js", "b.js", "parts/a.js", "parts/c.js"]
        );
    }
}
