//! README.html: the page for the person does nothing and loads nothing (requirement G8), and its links lead somewhere.

use super::fault::{FaultCode, Faults};
use super::markup::{Piece, Pieces};
use super::reading::Files;
use super::tree::Tree;
use std::collections::BTreeSet;

/// The page's name.
const NAME: &str = "README.html";

/// Elements that run, embed or send something.
const ACTIVE: [&str; 9] = ["script", "iframe", "frame", "object", "embed", "applet", "form", "base", "portal"];
/// Attributes whose value is fetched when the page is shown.
const FETCHED: [&str; 9] =
    ["src", "srcset", "poster", "background", "data", "manifest", "xlink:href", "ping", "imagesrcset"];

/// What was found on a page.
#[derive(Default)]
struct Found {
    active: BTreeSet<String>,
    external: BTreeSet<String>,
    links: BTreeSet<String>,
}

/// Checks the page.
pub fn check(limit: u64, files: &Files<'_>, faults: &mut Faults) {
    if !files.tree().contains(NAME) {
        return faults.add(FaultCode::ReportMissing, NAME, "absent");
    }
    let Some(content) = files.read_whole(NAME, limit, faults) else { return };
    let Some(text) = content.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return faults.add(FaultCode::ReportActive, NAME, "not UTF-8, or too long to be checked");
    };
    let mut found = Found::default();
    for piece in Pieces::new(&text) {
        found.take(&piece);
    }
    for detail in found.active {
        faults.add(FaultCode::ReportActive, NAME, detail);
    }
    for detail in found.external {
        faults.add(FaultCode::ReportExternal, NAME, detail);
    }
    for link in found.links {
        if !leads_somewhere(&link, files.tree()) {
            faults.add(FaultCode::ReportBrokenLink, NAME, link.escape_debug().to_string());
        }
    }
}

impl Found {
    fn take(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Style(css) => self.style(css),
            Piece::Tag { name, attributes } => {
                if ACTIVE.contains(&name.as_str()) {
                    self.active.insert(format!("<{name}>"));
                }
                for (attribute, value) in attributes {
                    self.attribute(name, attribute, value);
                }
                let refresh = |(key, value): &(String, String)| {
                    key == "http-equiv" && value.trim().eq_ignore_ascii_case("refresh")
                };
                if name == "meta" && attributes.iter().any(refresh) {
                    self.active.insert("<meta http-equiv=refresh>".into());
                }
            }
        }
    }

    fn attribute(&mut self, tag: &str, attribute: &str, value: &str) {
        // Browsers drop control characters and white space inside a scheme.
        let address: String = value.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
        let scheme = scheme(&address);
        if attribute.len() > 2 && attribute.starts_with("on") {
            self.active.insert(format!("the event handler {}", attribute.escape_debug()));
        } else if scheme.as_deref().is_some_and(|scheme| matches!(scheme, "javascript" | "vbscript")) {
            self.active.insert(format!("a script in {}", attribute.escape_debug()));
        } else if attribute == "style" {
            self.style(value);
        } else if attribute == "srcdoc" {
            self.active.insert("srcdoc".into());
        } else if FETCHED.contains(&attribute) || (attribute == "href" && !matches!(tag, "a" | "area")) {
            if scheme.as_deref().is_some_and(|scheme| scheme != "data") || address.starts_with("//") {
                self.external.insert(format!("<{tag} {attribute}>"));
            } else if scheme.is_none() {
                self.links.insert(value.trim().to_owned());
            }
        } else if attribute == "href" && scheme.is_none() {
            // A link that a person may follow to the web loads nothing by itself; one without scheme is to a file.
            self.links.insert(value.trim().to_owned());
        }
    }

    fn style(&mut self, css: &str) {
        let css = unescape(css).to_ascii_lowercase();
        for sign in ["@import", "image-set("] {
            if css.contains(sign) {
                self.external.insert(format!("{sign} in a style"));
            }
        }
        let urls =
            css.match_indices("url(").map(|(at, sign)| css[at + sign.len()..].trim_start_matches([' ', '"', '\'']));
        if urls.into_iter().any(|url| !url.starts_with("data:") && !url.starts_with('#')) {
            self.external.insert("url() in a style".into());
        }
    }
}

/// Resolves escapes, which can spell `url` (CSS Syntax 3, section 4.3.7).
fn unescape(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut parts = css.split('\\');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        let (hex, rest) = part.split_at(digits);
        match u32::from_str_radix(hex, 16).ok().and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                plain.push_str(rest.strip_prefix(|c: char| c.is_ascii_whitespace()).unwrap_or(rest));
            }
            None => plain.push_str(part),
        }
    }
    plain
}

/// The scheme of an address (RFC 3986, section 3.1).
fn scheme(address: &str) -> Option<String> {
    let (scheme, _) = address.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    valid.then(|| scheme.to_ascii_lowercase())
}

/// Whether a relative link is to a place on the page, a file or a folder of the archive.
fn leads_somewhere(link: &str, tree: &Tree) -> bool {
    let path = link.split(['#', '?']).next().unwrap_or(link);
    let path = path.strip_prefix("./").unwrap_or(path);
    let folder = format!("{}/", path.trim_end_matches('/'));
    path.is_empty() || tree.contains(path) || (folder.len() > 1 && tree.below(&folder).next().is_some())
}
