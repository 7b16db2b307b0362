//! Somebody's own module: what its `api.xml`, `wsdl.xml` and `wsi.xml` declare, read as Magento merges them into its own
//! (wire spec, section 2.1). [`Contract::with_modules`](super::Contract::with_modules) joins it with the product's tables.
//! What its operations answer is not in these files, and not in here.

mod api_xml;
mod document;
mod merge;
mod wsdl_xml;

use std::fmt;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::AclTree;
use crate::bounded;
use crate::nearest::meant;
use crate::soap::WireStyle;
use crate::xml::Limits;
use document::Document;

/// The files of a module that concern the API.
const FILES: [&str; 3] = ["api.xml", "wsdl.xml", "wsi.xml"];

/// Magento's own `wsdl.xml` files have 7,000 elements together.
const FILE_ELEMENTS_MAX: usize = 20_000;

/// What a module declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// Its name, such as `Acme_Loyalty`: that of its `config.xml`, or of its folder.
    pub name: String,
    /// Whether it is a shop's whole WSDL and no module: then nothing is known of resources and rights.
    pub(super) is_wsdl: bool,
    pub(super) resources: IndexMap<String, Resource>,
    /// What the classes of its models begin with, by the group that `<model>` names: of its `config.xml`.
    pub(super) model_classes: IndexMap<String, String>,
    pub(super) aliases: IndexMap<String, (String, Spot)>,
    /// What names of operations start with, by resource or alias.
    pub(super) prefixes: IndexMap<String, (String, Spot)>,
    pub(super) acl: AclTree,
    pub(super) types: Vec<(WireStyle, Type)>,
    pub(super) operations: Vec<(WireStyle, Operation)>,
    pub(super) messages: Vec<(WireStyle, Message)>,
    /// What is served otherwise than it is written.
    pub notes: Vec<String>,
}

/// Where something stands, for messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The file as it was named.
    pub file: String,
    /// The line of the file, counted from 1.
    pub line: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Why a module cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}{what}; {remedy}")]
pub struct ModuleError {
    place: String,
    what: String,
    remedy: String,
}

impl ModuleError {
    pub(super) fn at(spot: &Spot, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: format!("{spot}: "), what: what.into(), remedy: remedy.into() }
    }

    fn of(file: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: format!("{file}: "), what: what.into(), remedy: remedy.into() }
    }
}

/// An API resource of a module.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Resource {
    pub(super) title: Option<String>,
    pub(super) acl: Option<String>,
    /// The model behind it, such as `acme_loyalty/api`.
    pub(super) model: Option<String>,
    pub(super) methods: IndexMap<String, Method>,
    pub(super) faults: IndexMap<String, Fault>,
    pub(super) spot: Spot,
}

/// A fault of a resource; what a later module leaves out stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fault {
    pub(super) code: Option<u16>,
    pub(super) message: Option<String>,
    pub(super) spot: Spot,
}

/// A method of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Method {
    pub(super) title: Option<String>,
    pub(super) acl: Option<String>,
    /// The function of the model, where it is called otherwise.
    pub(super) function: Option<String>,
    pub(super) spot: Spot,
}

/// A type of one style.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Type {
    pub(super) name: String,
    pub(super) spot: Spot,
    pub(super) shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A record; whether it is a `sequence`.
    Record(Vec<Field>, bool),
    /// A list of these; whether there must be one at least.
    List(String, bool),
}

/// A field of a record, or a part of a message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) required: bool,
    pub(super) spot: Spot,
}

/// A message of one style.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) name: String,
    /// The wrapper, in WS-I.
    pub(super) element: Option<String>,
    pub(super) parts: Vec<Field>,
}

/// An operation of one style.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) input: String,
    pub(super) output: String,
    pub(super) spot: Spot,
}

impl Module {
    /// Reads the modules in a folder: that of one module, its `etc`, or one that holds several.
    ///
    /// # Errors
    /// [`ModuleError`] with file and line.
    pub fn read_folder(folder: &Path) -> Result<Vec<Self>, ModuleError> {
        if let Some(etc) = etc_of(folder) {
            return Self::read(folder, &etc).map(|module| vec![module]);
        }
        let name = folder.display().to_string();
        if folder.is_file() {
            let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            return Err(ModuleError::of(&name, "this is a file", format!("name its folder, {}", parent.display())));
        }
        let entries = std::fs::read_dir(folder).map_err(|error| {
            ModuleError::of(&name, format!("cannot be read: {error}"), "name the folder of a module")
        })?;
        let mut inside: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        inside.sort();
        let found: Vec<(PathBuf, PathBuf)> =
            inside.into_iter().filter_map(|folder| etc_of(&folder).map(|etc| (folder, etc))).collect();
        if found.is_empty() {
            let what = format!("there is no {} in it, nor in an etc folder below it", FILES.join(", "));
            return Err(ModuleError::of(
                &name,
                what,
                "name the folder of a module, such as app/code/local/Acme/Loyalty",
            ));
        }
        found.iter().map(|(folder, etc)| Self::read(folder, etc)).collect()
    }

    fn read(folder: &Path, etc: &Path) -> Result<Self, ModuleError> {
        let read = |file: &str| -> Result<Option<(String, String)>, ModuleError> {
            let path = etc.join(file);
            if !path.is_file() {
                return Ok(None);
            }
            let name = path.display().to_string();
            let bytes = bounded::read(&path, bounded::TEXT_BYTES_MAX)
                .map_err(|error| ModuleError::of(&name, format!("cannot be read: {error}"), "see that it may be"))?;
            let text = crate::xml::decode(&bytes, None, &limits()).map_err(|error| {
                let remedy = "save it as UTF-8, or write the encoding that it has into its first line";
                ModuleError::of(&name, format!("cannot be read: {error}"), remedy)
            })?;
            Ok(Some((name, text.into_owned())))
        };
        let (mut name, mut model_classes) = (name_of(folder), IndexMap::new());
        if let Some((file, text)) = read("config.xml")? {
            let document = Document::parse(&text, &file, &limits())?;
            if let Some(named) = document.root.child("modules").and_then(|modules| modules.children.first()) {
                name = named.local.to_owned();
            }
            let groups = document.root.child("global").and_then(|global| global.child("models"));
            for group in groups.into_iter().flat_map(|models| &models.children) {
                let class = group.child("class").map(|class| class.text.trim().to_owned());
                model_classes.extend(class.map(|class| (group.local.to_owned(), class)));
            }
        }
        let [api, wsdl, wsi] = FILES;
        Ok(Self { model_classes, ..Self::of_files(&name, [read(api)?, read(wsdl)?, read(wsi)?])? })
    }

    /// A module whose `api.xml`, `wsdl.xml` and `wsi.xml` are given as texts; each may be left out.
    ///
    /// # Errors
    /// [`ModuleError`] with file and line.
    pub fn of_texts(name: &str, texts: [Option<&str>; 3]) -> Result<Self, ModuleError> {
        if texts.iter().all(Option::is_none) {
            return Err(ModuleError::of(name, "it has no file", format!("send one of {}", FILES.join(", "))));
        }
        let mut files =
            FILES.into_iter().zip(texts).map(|(file, text)| text.map(|text| (file.to_owned(), text.to_owned())));
        let mut next = || files.next().flatten();
        Self::of_files(name, [next(), next(), next()])
    }

    fn of_files(name: &str, [api, wsdl, wsi]: [Option<(String, String)>; 3]) -> Result<Self, ModuleError> {
        let mut module = Self { name: name.to_owned(), ..Self::default() };
        if let Some((file, text)) = api {
            api_xml::read(&mut module, &Document::parse(&text, &file, &limits())?)?;
        }
        for (file, style) in [(wsdl, WireStyle::RpcEncoded), (wsi, WireStyle::WsI)] {
            if let Some((file, text)) = file {
                check_variables(&text, &file)?;
                wsdl_xml::read(&mut module, style, &Document::parse(&text, &file, &limits())?)?;
            }
        }
        Ok(module)
    }

    /// Reads the WSDL of a shop: what it declares beyond the product's own joins, what is known stays as it is.
    ///
    /// # Errors
    /// [`ModuleError`] with the line.
    pub fn read_wsdl(text: &str, name: &str) -> Result<Self, ModuleError> {
        let document = Document::parse(text, name, &Limits::wsdl())?;
        if document.root.local != "definitions" {
            let what = format!("the root is <{}> and not <definitions>", document.root.local);
            return Err(ModuleError::of(name, what, "name a WSDL 1.1 of a shop's SOAP API v2"));
        }
        let style = wsdl_xml::style(&document);
        let mut module = Self { name: name.to_owned(), is_wsdl: true, ..Self::default() };
        wsdl_xml::read(&mut module, style, &document)?;
        Ok(module)
    }
}

/// What Magento fills into the `wsdl.xml` and `wsi.xml` of modules.
const VARIABLES: &[&str] = &["wsdl.name", "wsdl.handler", "wsdl.url"];

/// That all variables are filled in: an unknown one becomes an empty text.
fn check_variables(text: &str, file: &str) -> Result<(), ModuleError> {
    for (at, rest) in text.match_indices("{{var ").map(|(at, mark)| (at, &text[at + mark.len()..])) {
        let Some((name, _)) = rest.split_once("}}") else { continue };
        if VARIABLES.contains(&name.trim()) {
            continue;
        }
        let spot = Spot { file: file.to_owned(), line: text[..at].matches('\n').count() + 1 };
        let what = format!("Magento knows no {{{{var {name}}}}} and writes nothing there");
        let remedy = meant(name.trim(), VARIABLES.iter().copied())
            .map_or_else(|| format!("there are {}", VARIABLES.join(", ")), |known| format!("did you mean {known}?"));
        return Err(ModuleError::at(&spot, what, remedy));
    }
    Ok(())
}

/// Of a file of a module: one has some hundred elements, and what they declare is compared with one another.
fn limits() -> Limits {
    Limits { elements_max: FILE_ELEMENTS_MAX, ..Limits::wsdl() }
}

/// The folder that the files are in.
fn etc_of(folder: &Path) -> Option<PathBuf> {
    let holds = |folder: &Path| FILES.iter().any(|file| folder.join(file).is_file());
    [folder.join("etc"), folder.to_owned()].into_iter().find(|folder| holds(folder))
}

/// `Acme_Loyalty` of `…/Acme/Loyalty` and of `…/acme-loyalty`.
fn name_of(folder: &Path) -> String {
    let folder =
        if folder.file_name().is_some_and(|name| name == "etc") { folder.parent().unwrap_or(folder) } else { folder };
    folder.file_name().map_or_else(|| "module".to_owned(), |name| name.to_string_lossy().into_owned())
}
