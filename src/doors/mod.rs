//! XML-RPC and JSON-RPC as Zend's servers speak them: bytes to values and back, the methods that the protocols themselves
//! have, and what they say of a request that is none. They know the functions of Magento's handler by their signatures,
//! and no operation and no shop.
#![doc(hidden)]

pub mod json_rpc;
pub mod xml_rpc;
