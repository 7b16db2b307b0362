//! What the head of a scenario sets up, as data: shops, the integration, account discovery, and what each variant or case
//! of the matrix changes of them. Nothing here knows a step.

pub(in crate::scenario) mod case_filter;
pub mod discovery;
pub mod integration;
pub(in crate::scenario) mod knob;
pub mod shop;
pub mod variant;
