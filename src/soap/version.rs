//! The two versions of SOAP: PHP's SoapServer answers in the version of the request's envelope, whatever the headers say.

/// A version of SOAP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SoapVersion {
    /// SOAP 1.1.
    #[default]
    V11,
    /// SOAP 1.2.
    V12,
}

impl SoapVersion {
    /// Both versions.
    pub const ALL: [Self; 2] = [Self::V11, Self::V12];

    /// Namespace of the envelope.
    pub const fn envelope(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// Namespace and value of the encoding style.
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/encoding/",
            Self::V12 => "http://www.w3.org/2003/05/soap-encoding",
        }
    }

    /// What PHP calls the envelope's namespace.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::V11 => "SOAP-ENV",
            Self::V12 => "env",
        }
    }

    /// What PHP calls the encoding's namespace.
    pub const fn encoding_prefix(self) -> &'static str {
        match self {
            Self::V11 => "SOAP-ENC",
            Self::V12 => "enc",
        }
    }

    /// Which attribute of a header block says whom it is for.
    pub const fn role_attribute(self) -> &'static str {
        match self {
            Self::V11 => "actor",
            Self::V12 => "role",
        }
    }

    /// The values of that attribute that everybody answers to who receives a message.
    pub const fn own_roles(self) -> &'static [&'static str] {
        match self {
            Self::V11 => &["http://schemas.xmlsoap.org/soap/actor/next"],
            Self::V12 => &[
                "http://www.w3.org/2003/05/soap-envelope/role/next",
                "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
            ],
        }
    }

    /// The content type that PHP gives its answers.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml; charset=utf-8",
            Self::V12 => "application/soap+xml; charset=utf-8",
        }
    }

    /// A fault code of SOAP 1.1 in the words of this version; an API fault's number is the same in both.
    pub fn fault_code(self, code: &str) -> String {
        match (self, code.strip_prefix("SOAP-ENV:")) {
            (Self::V12, Some("Server")) => "env:Receiver".to_owned(),
            (Self::V12, Some("Client")) => "env:Sender".to_owned(),
            (Self::V12, Some(other)) => format!("env:{other}"),
            _ => code.to_owned(),
        }
    }
}

/// How a document is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Form {
    pub(super) version: SoapVersion,
    /// Whether a line feed stands between all tags.
    pub(super) splits_lines: bool,
}
