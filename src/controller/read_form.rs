//! How the files of a store are written: the keys of `[store.NAME]` that only some kinds of store have.

use super::document::{Placed, Section};
use super::store::{CsvForm, MboxVariant, StoreUrl};
use encoding_rs::Encoding;

/// Reads `encoding`, `delimiter`, `quote`, `null` (CSV) and `variant` (mbox); each is a fault with other stores.
pub(super) fn form(section: &Section<'_, '_>, url: Option<&mut StoreUrl>) {
    let keys = ["encoding", "delimiter", "quote", "null", "variant"];
    let [encoding, delimiter, quote, null, variant] = keys.map(|key| section.string(key));
    let stray = |text: &Option<Placed<String>>, key: &str, whose: &str| {
        if let Some(text) = text {
            section.fault_at(text.line, format!("`{key}` is only for stores of the kind `{whose}`"));
        }
    };
    let Some(url) = url else { return };
    match url {
        StoreUrl::Csv(_, form) => csv(section, form, encoding.as_ref(), delimiter.as_ref(), quote.as_ref(), null),
        _ => {
            for (text, key) in [(&encoding, "encoding"), (&delimiter, "delimiter"), (&quote, "quote"), (&null, "null")]
            {
                stray(text, key, "csv:");
            }
        }
    }
    match (url, variant) {
        (StoreUrl::Mbox(_, known), Some(word)) => {
            *known = match word.value.as_str() {
                "mboxo" => Some(MboxVariant::Mboxo),
                "mboxrd" => Some(MboxVariant::Mboxrd),
                "mboxcl2" => Some(MboxVariant::Mboxcl2),
                _ => {
                    section.fault_at(word.line, "`variant` must be mboxo, mboxrd or mboxcl2");
                    None
                }
            };
        }
        (_, variant) => stray(&variant, "variant", "mbox:"),
    }
}

fn csv(
    section: &Section<'_, '_>,
    form: &mut CsvForm,
    encoding: Option<&Placed<String>>,
    delimiter: Option<&Placed<String>>,
    quote: Option<&Placed<String>>,
    null: Option<Placed<String>>,
) {
    if let Some(label) = encoding {
        match Encoding::for_label(label.value.as_bytes()) {
            // The meaning of their bytes depends on what stands before, so that no row could be read alone.
            Some(known) if known == encoding_rs::ISO_2022_JP || known == encoding_rs::REPLACEMENT => {
                section.fault_at(label.line, format!("files in `{}` cannot be read; convert them first", label.value));
            }
            Some(known) => form.encoding = Some(known),
            None => section.fault_at(
                label.line,
                format!(
                    "the encoding `{}` is not known; write one such as \"utf-8\", \"gb18030\" or \"windows-1252\"",
                    label.value
                ),
            ),
        }
    }
    let sign = |text: &Placed<String>, key: &str| match text.value.as_bytes() {
        [sign] if sign.is_ascii() && !b"\r\n\0".contains(sign) => Some(*sign),
        _ => {
            section.fault_at(text.line, format!("`{key}` must be one ASCII character and no line end"));
            None
        }
    };
    if let Some(text) = delimiter {
        form.delimiter = sign(text, "delimiter").unwrap_or(form.delimiter);
    }
    if let Some(text) = quote {
        form.quote = if text.value.is_empty() { None } else { sign(text, "quote") };
    }
    if form.quote == Some(form.delimiter) {
        section.fault("`delimiter` and `quote` are the same character");
    }
    form.null = null.map(|text| text.value);
}
