//! The request as it comes from options, a file or standard input.

use super::failure::Failure;
use super::request_options::{LetterOptions, RequestOptions};
use crate::controller::Controller;
use crate::request::{PortabilityRequest, RawRequest, ReplyRequest, read_request};
use std::io::Read;

/// Reads and validates the request. Options and a file can be used together, each field only once.
pub fn request(options: &RequestOptions, controller: &Controller) -> Result<PortabilityRequest, Failure> {
    let mut raw = match &options.request {
        Some(path) => read_request(&text(path)?)?,
        None => RawRequest::default(),
    };
    raw.subjects.extend(options.subject.iter().map(|subject| (None, subject.clone())));
    let pairs = [
        (&mut raw.identity_check, &options.identity_check, "identity-check"),
        (&mut raw.reference, &options.reference, "reference"),
        (&mut raw.received, &options.received, "received"),
        (&mut raw.accept_shared, &options.accept_shared, "accept-shared"),
        (&mut raw.same_person, &options.same_person, "same-person"),
        (&mut raw.third_parties, &options.third_parties, "third-parties"),
        (&mut raw.language, &options.language, "language"),
        (&mut raw.regime, &options.regime, "regime"),
        (&mut raw.direct_transmission, &options.direct_transmission, "direct-transmission"),
        (&mut raw.only, &options.only, "only"),
        (&mut raw.deceased, &options.deceased, "deceased"),
        (&mut raw.identity_asked, &options.identity_asked, "identity-asked"),
        (&mut raw.identity_confirmed, &options.identity_confirmed, "identity-confirmed"),
    ];
    once(pairs)?;
    Ok(raw.validate(controller)?)
}

/// Reads and validates what a letter without an archive needs of the request.
pub fn reply_request(options: &LetterOptions, controller: &Controller) -> Result<ReplyRequest, Failure> {
    let mut raw = match &options.request {
        Some(path) => read_request(&text(path)?)?,
        None => RawRequest::default(),
    };
    once([
        (&mut raw.reference, &options.reference, "reference"),
        (&mut raw.received, &options.received, "received"),
        (&mut raw.identity_asked, &options.identity_asked, "identity-asked"),
        (&mut raw.identity_confirmed, &options.identity_confirmed, "identity-confirmed"),
        (&mut raw.language, &options.language, "language"),
        (&mut raw.regime, &options.regime, "regime"),
    ])?;
    Ok(raw.for_reply(controller)?)
}

/// A field of the request, the option for it, and the option's name.
type Pair<'a> = (&'a mut Option<String>, &'a Option<String>, &'a str);

/// Takes each option into its field, which must not be given twice.
fn once<const N: usize>(pairs: [Pair<'_>; N]) -> Result<(), Failure> {
    for (field, option, name) in pairs {
        if let Some(option) = option {
            if field.is_some() {
                let what = format!("--{name} is given on the command line and in the request file");
                return Err(Failure::new(2, what, "Take one of them away."));
            }
            *field = Some(option.clone());
        }
    }
    Ok(())
}

/// What a file or standard input holds.
fn text(path: &std::path::Path) -> Result<String, Failure> {
    let unreadable = |cause: String| {
        let what = format!("the request {} cannot be read: {cause}", path.display());
        Failure::new(2, what, "Check the path given with --request; - stands for standard input.")
    };
    content(path).map_err(unreadable)
}

/// What a file or standard input (`-`) holds, or why it cannot be read.
pub fn content(path: &std::path::Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|all| bytes = all)
    };
    read.map_err(|cause| cause.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".into())
}
