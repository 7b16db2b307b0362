//! Files that import each other in a circle: two may, where one idea has two sides; more are a knot that nobody can take
//! apart. What a folder's `mod.rs` defines belongs to every file of the folder, so an import from there ties nothing.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// A module's path below the crate; empty for `lib.rs`.
type Module = Vec<String>;

/// What a file names, and what it hands on.
#[derive(Default)]
struct Named {
    /// Paths as they are written, `use` trees laid out.
    paths: BTreeSet<Vec<String>>,
    /// Names that others find here, and the paths behind them.
    handed_on: BTreeMap<String, Vec<String>>,
}

/// Circles of more than two files.
pub fn knots(sources: &[(String, String)]) -> Vec<String> {
    let files: BTreeMap<Module, Named> = sources
        .iter()
        .filter(|(name, _)| name != "main.rs")
        .map(|(name, text)| (module_of(name), named(text)))
        .collect();
    let imports: BTreeMap<&Module, BTreeSet<Module>> = files
        .iter()
        .map(|(module, named)| {
            let found = named.paths.iter().filter_map(|path| home(&files, module, path, 0));
            (module, found.filter(|home| !module.starts_with(home)).collect())
        })
        .collect();
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        files.keys().map(|module| (module, reached_from(&imports, module))).collect();
    let circle = |module: &Module| -> BTreeSet<String> {
        let back = reached[module].iter().filter(|other| reached[*other].contains(module));
        back.map(|module| module.join("::")).collect()
    };
    let circles: BTreeSet<BTreeSet<String>> = files.keys().map(circle).filter(|circle| circle.len() > 2).collect();
    circles.into_iter().map(|circle| circle.into_iter().collect::<Vec<_>>().join(", ")).collect()
}

fn module_of(name: &str) -> Module {
    let path = name.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

fn reached_from<'a>(imports: &'a BTreeMap<&Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Module> = imports[from].iter().collect();
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(&imports[module]);
        }
    }
    reached
}

/// The file that defines what a path leads to, through whatever hands it on.
fn home(files: &BTreeMap<Module, Named>, at: &Module, path: &[String], depth: usize) -> Option<Module> {
    let mut module = Module::new();
    for name in absolute(files, at, path, depth)? {
        let below = [module.as_slice(), std::slice::from_ref(&name)].concat();
        if files.contains_key(&below) {
            module = below;
            continue;
        }
        return match files[&module].handed_on.get(&name) {
            Some(behind) => home(files, &module, behind, depth + 1).or(Some(module)),
            None => Some(module),
        };
    }
    Some(module)
}

fn absolute(files: &BTreeMap<Module, Named>, at: &Module, path: &[String], depth: usize) -> Option<Module> {
    if depth > 8 {
        return None;
    }
    let (first, rest) = path.split_first()?;
    let up = path.iter().take_while(|name| *name == "super").count();
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([at, rest].concat()),
        "super" => Some([&at[..at.len().checked_sub(up)?], &path[up..]].concat()),
        name if files.contains_key(&[at.as_slice(), &[name.to_owned()]].concat()) => Some([at, path].concat()),
        // A module that was imported, and something of it.
        name if !rest.is_empty() => {
            let import =
                files[at].paths.iter().find(|path| path.len() > 1 && path.last().is_some_and(|last| last == name))?;
            let behind = absolute(files, at, import, depth + 1)?;
            files.contains_key(&behind).then(|| [behind.as_slice(), rest].concat())
        }
        _ => None,
    }
}

fn named(text: &str) -> Named {
    let mut named = Named::default();
    let file = syn::parse_file(text).expect("a source file that parses");
    for item in file.items.iter().filter(|item| !super::is_for_tests(item)) {
        match item {
            syn::Item::Use(import) if !matches!(import.vis, syn::Visibility::Inherited) => {
                hand_on(&import.tree, &mut Vec::new(), &mut named.handed_on);
            }
            _ => collect(item.to_token_stream(), &[], &mut named.paths),
        }
    }
    named
}

fn hand_on(tree: &syn::UseTree, before: &mut Vec<String>, found: &mut BTreeMap<String, Vec<String>>) {
    let whole = |before: &[String], last: &syn::Ident| [before, &[last.to_string()]].concat();
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            hand_on(&path.tree, before, found);
            before.pop();
        }
        syn::UseTree::Name(name) => drop(found.insert(name.ident.to_string(), whole(before, &name.ident))),
        syn::UseTree::Rename(name) => drop(found.insert(name.rename.to_string(), whole(before, &name.ident))),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| hand_on(tree, before, found)),
        syn::UseTree::Glob(_) => {}
    }
}

/// Every path among the tokens; a group behind `::` is a `use` tree.
fn collect(tokens: TokenStream, before: &[String], found: &mut BTreeSet<Vec<String>>) {
    let mut path: Vec<String> = before.to_vec();
    let mut colons = if before.is_empty() { 0 } else { 2 };
    let mut end = |path: &mut Vec<String>| {
        if path.len() > before.len() {
            found.insert(std::mem::take(path));
        }
        *path = before.to_vec();
    };
    let mut groups = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Ident(word) => {
                if colons < 2 {
                    end(&mut path);
                }
                path.push(word.to_string());
                colons = 0;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                let is_tree = colons == 2 && group.delimiter() == Delimiter::Brace && path.len() > before.len();
                groups.push((group.stream(), if is_tree { path.clone() } else { before.to_vec() }));
                if is_tree {
                    path = before.to_vec();
                } else {
                    end(&mut path);
                }
                colons = if before.is_empty() { 0 } else { 2 };
            }
            _ => {
                end(&mut path);
                colons = if before.is_empty() { 0 } else { 2 };
            }
        }
    }
    end(&mut path);
    for (stream, before) in groups {
        collect(stream, &before, found);
    }
}

#[test]
fn no_more_than_two_files_import_each_other() {
    let knots = knots(&super::sources());
    assert!(knots.is_empty(), "files that import each other in a circle:\n{}", knots.join("\n"));
}

#[test]
fn a_circle_is_seen_through_what_hands_it_on() {
    let sources = |files: &[(&str, &str)]| -> Vec<(String, String)> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    };
    let root = ("lib.rs", "mod a; mod b; mod c;");
    let a = ("a.rs", "use crate::b::{self, B}; pub struct A; fn f() { b::g() }");
    let pair = sources(&[root, a, ("b.rs", "pub struct B(super::a::A);"), ("c.rs", "")]);
    assert_eq!(knots(&pair), Vec::<String>::new());
    for (b, c) in [
        ("use crate::c::C; pub struct B;", "fn f() { crate::a::f() } pub struct C;"),
        ("pub struct B; fn g() { super::c::g() }", "pub use crate::a::A; pub fn g(_: crate::a::A) {}"),
        ("use crate::c; pub struct B; fn g() { c::g() }", "use super::{a::A}; pub fn g(_: A) {}"),
    ] {
        assert_eq!(knots(&sources(&[root, a, ("b.rs", b), ("c.rs", c)])), ["a, b, c"], "{b} {c}");
    }
    let folder = sources(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; mod c; pub use b::B; pub struct A; fn f() { c::f() }"),
        ("a/b.rs", "use super::A; pub struct B; fn f() { super::c::f() }"),
        ("a/c.rs", "use super::{A, B}; pub fn f() {}"),
    ]);
    assert_eq!(knots(&folder), Vec::<String>::new(), "what a folder's mod.rs defines ties nothing");
}
