//! What is never kept of a call.

/// Argument and field names whose values are never kept.
pub(super) const SECRET_NAMES: &[&str] = &[
    "apikey",
    "api_key",
    "password",
    "password_hash",
    "new_password",
    "confirmation",
    "rp_token",
    "cc_number",
    "cc_number_enc",
    "cc_cid",
];
/// The session's id is dropped rather than masked: it is in every call and says nothing.
pub(super) const SESSION_NAME: &str = "sessionid";
