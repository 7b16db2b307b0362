//! What OroCRM's connector does with a shop and a CRM: which calls it makes, what it makes of the answers, which changes
//! it writes. It knows the client and the CRM, and nothing of the fake shop.

pub mod check_connection;
