//! The glue between page and module, made small: the names by which the two find each other are shortened on both
//! sides (wasm-bindgen's are long and end in hashes that no compression shortens), then the script is minified.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The long names of the module's imports and exports with the short ones they have now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ShortNames {
    /// The one module that everything is imported from, as the glue calls it.
    module: String,
    imports: BTreeMap<String, String>,
    exports: BTreeMap<String, String>,
}

/// What `wasm-opt --minify-imports-and-exports-and-modules` calls the module that everything is imported from.
const SHORT_MODULE: &str = "a";

impl ShortNames {
    /// Reads what `wasm-opt` printed.
    pub fn read(printed: &str) -> Result<Self> {
        let told: Value =
            serde_json::from_str(printed).context("reading the names that wasm-opt made shorter")?;
        let mut names = Self::default();
        for entry in list(&told, "imports")? {
            let [module, long, short] = texts(entry)?;
            if names.imports.is_empty() {
                names.module = module;
            } else {
                ensure!(
                    names.module == module,
                    "the module imports from {} and {module}",
                    names.module
                );
            }
            names.imports.insert(long, short);
        }
        for entry in list(&told, "exports")? {
            let [long, short] = texts(entry)?;
            names.exports.insert(long, short);
        }
        ensure!(
            !names.imports.is_empty() && !names.exports.is_empty(),
            "wasm-opt made no name shorter"
        );
        Ok(names)
    }

    /// The glue with the short names. Fails where it is not written as expected: a name that is left long would be
    /// found only in a browser.
    pub fn put_into(&self, glue: &str) -> Result<String> {
        let module = format!("\"{}\": ", self.module);
        ensure!(
            glue.matches(&module).count() == 1,
            "the glue does not name {} once",
            self.module
        );
        let glue = glue.replace(&module, &format!("\"{SHORT_MODULE}\": "));

        let mut short = String::with_capacity(glue.len());
        let mut put = 0;
        let mut rest = glue.as_str();
        while let Some(start) = rest.find(is_letter) {
            let (before, from) = rest.split_at(start);
            short.push_str(before);
            let end = from
                .find(|sign| !is_letter(sign) && !sign.is_ascii_digit())
                .unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            let is_property = after.starts_with(": ") && short.ends_with("        ");
            match (self.imports.get(word), short.strip_suffix("wasm.")) {
                (Some(name), _) if is_property => {
                    short.push_str(name);
                    put += 1;
                }
                (_, Some(holder)) if !holder.ends_with(|sign| is_letter(sign) || sign == '.') => {
                    let Some(name) = self.exports.get(word) else {
                        bail!("the glue calls {word}, which the module does not export");
                    };
                    short.push_str(name);
                }
                _ => short.push_str(word),
            }
            rest = after;
        }
        short.push_str(rest);
        ensure!(
            put == self.imports.len(),
            "the glue gives {put} of {} imports",
            self.imports.len()
        );
        Ok(short)
    }
}

fn is_letter(sign: char) -> bool {
    sign.is_ascii_alphabetic() || sign == '_' || sign == '$'
}

fn list<'a>(told: &'a Value, name: &str) -> Result<&'a Vec<Value>> {
    told[name]
        .as_array()
        .with_context(|| format!("wasm-opt told no {name}"))
}

fn texts<const N: usize>(entry: &Value) -> Result<[String; N]> {
    let texts: Option<Vec<String>> = entry.as_array().map(|parts| {
        parts
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    });
    texts
        .and_then(|texts| texts.try_into().ok())
        .with_context(|| format!("wasm-opt told {entry}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = r#"{"imports": [["./x_bg.js", "__wbg_new_5f28", "a"], ["./x_bg.js", "__wbg_newer_5f28", "b"]],
        "exports": [["memory", "c"], ["hydrate", "d"], ["unused", "e"]]}"#;

    const GLUE: &str = r#"
export function hydrate() {
    wasm.hydrate();
}
function __wbg_get_imports() {
    const import0 = {
        __wbg_new_5f28: function() { return wasm.memory.buffer; },
        __wbg_newer_5f28: (wasm_memory) => other.wasm.memory,
    };
    return { "./x_bg.js": import0 };
}
"#;

    #[test]
    fn names_are_short_on_both_sides_and_nothing_else_is_touched() {
        let short = ShortNames::read(TOLD).unwrap().put_into(GLUE).unwrap();
        assert_eq!(
            short,
            r#"
export function hydrate() {
    wasm.d();
}
function __wbg_get_imports() {
    const import0 = {
        a: function() { return wasm.c.buffer; },
        b: (wasm_memory) => other.wasm.memory,
    };
    return { "a": import0 };
}
"#
        );
    }

    #[test]
    fn glue_that_lacks_an_import_or_calls_what_is_not_there_is_refused() {
        let names = ShortNames::read(TOLD).unwrap();
        for (was, is) in [
            ("__wbg_new_5f28: ", "__wbg_old_5f28: "),
            ("wasm.hydrate", "wasm.hydrated"),
            ("./x_bg", "./y_bg"),
        ] {
            assert!(names.put_into(&GLUE.replace(was, is)).is_err(), "{is}");
        }
    }

    #[test]
    fn what_wasm_opt_did_not_shorten_is_refused() {
        assert!(ShortNames::read(r#"{"imports": [], "exports": []}"#).is_err());
        assert!(ShortNames::read("").is_err());
    }
}
