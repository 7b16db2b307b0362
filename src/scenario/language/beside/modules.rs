//! Modules and stubs that a scenario names: folders and files beside it.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexSet;

use crate::bounded;
use crate::magento::{Contract, Module};
use crate::scenario::language::beside::overrides;
use crate::scenario::language::beside::seeds::NoSeed;
use crate::scenario::language::script::Script;
use crate::scenario::language::setup::shop::{ShopSetup, StubsSetup};
use crate::scenario::language::source::SourceFile;
use crate::shop::stubs::StubFile;

/// The API of a shop with the modules it names, by paths relative to the scenario.
///
/// # Errors
/// A folder that is no module, or one that contradicts the product or another.
pub fn contract(shop: &ShopSetup, scenario: &Path) -> Result<Arc<Contract>, NoSeed> {
    let wrong = |error: &dyn std::fmt::Display| NoSeed {
        message: format!("the module cannot be used: {error}"),
        help: "the path is relative to the scenario file; docs/modules.md says what a module's files may hold"
            .to_owned(),
    };
    let mut modules = Vec::new();
    for name in &shop.modules {
        let folder = scenario.parent().unwrap_or(Path::new("")).join(name.get());
        modules.extend(Module::read_folder(&folder).map_err(|error| wrong(&error))?);
    }
    if modules.is_empty() {
        return Ok(Contract::base());
    }
    Contract::shared().with_modules(&modules).map_err(|error| wrong(&error))
}

/// The operations of a scenario's shops: the product's, those of modules, and those that overrides declare. What cannot be
/// read adds none; a scenario that was loaded has nothing of that kind.
pub fn operations(script: &Script, scenario: &Path) -> IndexSet<String> {
    let names = |api: &Contract| api.operations().map(|facts| facts.name.clone()).collect::<Vec<_>>();
    let mut found: IndexSet<String> = names(Contract::shared()).into_iter().collect();
    for shop in script.shop.iter().chain(script.shops.values()) {
        let Ok(api) = contract(shop, scenario) else { continue };
        let own = shop.overrides.as_ref().and_then(|file| overrides::load(file, scenario, &api).ok());
        found.extend(names(&api));
        found.extend(own.into_iter().flat_map(|own| own.operations.declared.into_keys()));
    }
    found
}

/// The stubs of a shop; none when it names none.
///
/// # Errors
/// A file that cannot be read or is none of stubs.
pub fn stubs(shop: &ShopSetup, file: &SourceFile) -> Result<Option<StubFile>, NoSeed> {
    match shop.stubs.as_ref().map(|stubs| stubs.get()) {
        None => Ok(None),
        Some(StubsSetup::Inline(stubs)) => {
            let name = file.path.display().to_string();
            Ok(Some(StubFile::inside_of(&file.text, &name, stubs.clone())))
        }
        Some(StubsSetup::File(name)) => {
            let path = file.path.parent().unwrap_or(Path::new("")).join(name);
            let text = bounded::read_text(&path, bounded::TEXT_BYTES_MAX).map_err(|cause| NoSeed {
                message: format!("cannot read the stubs `{name}`: {cause}"),
                help: "the path is relative to the scenario file".to_owned(),
            })?;
            StubFile::parse(&text, name).map(Some).map_err(|error| NoSeed {
                message: format!("`{name}` does not do as stubs: {error}"),
                help: "`mockgento schema stubs` says what may stand there".to_owned(),
            })
        }
    }
}
