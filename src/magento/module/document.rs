//! A file of a module as a tree whose elements know their lines.

use super::{ModuleError, Spot};
use crate::xml::{Element, Limits, parse};

/// A file of a module, parsed.
pub(super) struct Document<'t> {
    pub(super) root: Element<'t>,
    file: &'t str,
    /// The offsets at which its lines begin, for messages.
    lines: Vec<usize>,
}

impl<'t> Document<'t> {
    pub(super) fn parse(text: &'t str, file: &'t str, limits: &Limits) -> Result<Self, ModuleError> {
        let body = text.trim_start_matches('\u{feff}');
        let root = parse(body, limits).map_err(|error| {
            let spot = Spot { file: file.to_owned(), line: error.line };
            ModuleError::at(&spot, error.kind.to_string(), "Magento cannot read it either; mend the file")
        })?;
        let lines = body.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Ok(Self { root, file, lines })
    }

    /// Where an element stands.
    pub(super) fn spot(&self, element: &Element<'_>) -> Spot {
        Spot { file: self.file.to_owned(), line: self.lines.partition_point(|at| *at < element.offset) + 1 }
    }

    /// An attribute that must be there.
    pub(super) fn needed<'e>(&self, element: &'e Element<'_>, attribute: &str) -> Result<&'e str, ModuleError> {
        element.attribute(None, attribute).filter(|value| !value.is_empty()).ok_or_else(|| {
            let what = format!("<{}> has no {attribute}", element.local);
            ModuleError::at(&self.spot(element), what, format!("write {attribute}=\"…\""))
        })
    }
}
