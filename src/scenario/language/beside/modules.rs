//! Modules and stubs that a scenario names: folders and files beside it.

use std::path::Path;
use std::sync::Arc;

use crate::bounded;
use crate::magento::{Contract, Module};
use crate::scenario::language::beside::seeds::NoSeed;
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
