//! One column of a collection: the field it goes to and how, or the reason why it stays out.

use super::collection::{About, Column, Disposition, Field, Format, JsonKeys, Mapping};
use super::document::{Member, Placed, Section};
use super::faults::Fault;
use super::read::{marked, text_member, texts, zone};
use crate::records::time::UnixUnit;
use crate::records::{Kind, Origin, Shape};

/// Reads one column.
pub(super) fn column(
    section: &Section<'_, '_>,
    kind: Kind,
    name: Placed<String>,
    member: Member<'_, '_>,
    review: &mut Vec<Fault>,
) -> Option<Column> {
    let line = name.line;
    let disposition = match member.section.is_some() {
        false => {
            let path = member.string(&name.value)?;
            match field_named(kind, &path.value) {
                Ok(field) => Disposition::Mapped(Box::new(Mapping::plain(field))),
                Err(message) => {
                    section.fault_at(line, format!("the column `{}`: {message}", name.value));
                    return None;
                }
            }
        }
        true => attributes(kind, &name, member.table(&name.value)?, review)?,
    };
    Some(Column { name: name.value, disposition, line })
}

fn attributes(
    kind: Kind,
    name: &Placed<String>,
    section: Section<'_, '_>,
    review: &mut Vec<Fault>,
) -> Option<Disposition> {
    marked(&section, &name.value, review);
    let omit = section.string("omit");
    let secret = section.boolean("secret").is_some_and(|secret| secret.value);
    let description = texts(&section, "description");
    if let Some(reason) = &omit
        && reason.value.trim().is_empty()
    {
        section.fault_at(reason.line, "`omit` needs a reason");
    }
    if omit.is_some() || secret {
        if section.has("field") {
            section.fault("it has `field` and is kept out (`omit` or `secret`); take one of them away");
        }
        section.finish();
        let reason = omit.map_or_else(|| "secret".to_owned(), |reason| reason.value);
        return Some(if secret { Disposition::Secret(reason) } else { Disposition::Omitted(reason) });
    }
    let path = section.required("field");
    let field = path.and_then(|path| match field_named(kind, &path.value) {
        Ok(field) => Some(field),
        Err(message) => {
            section.fault_at(path.line, message);
            None
        }
    });
    let origin = section.string("origin").and_then(|word| {
        let origin = Origin::named(&word.value);
        if origin.is_none() {
            section.fault_at(word.line, format!("`{}` is no origin", word.value));
        }
        origin
    });
    let about = section.string("about").map_or(About::Subject, |word| {
        About::named(&word.value).unwrap_or_else(|| {
            section.fault_at(word.line, "`about` must be subject, third_party or staff");
            About::Subject
        })
    });
    let format = section.string("format").and_then(|word| format(&section, &word));
    let mut values = Vec::new();
    for (code, member) in section.members("values") {
        values.extend(text_member(&code.value, member).map(|label| (code.value, label)));
    }
    let mapping = Mapping {
        label: section.string("label").map(|label| label.value),
        origin,
        about,
        activity: section.string("activity").map(|activity| activity.value),
        keys: keys(&section),
        secret_keys: section.strings("secret_keys").into_iter().map(|key| key.value).collect(),
        secret_parameters: section.strings("secret_parameters").into_iter().map(|name| name.value).collect(),
        time_zone: zone(&section, "time_zone").map(|(_, zone)| zone),
        values,
        description,
        format,
        field: match field {
            Some(field) => field,
            None => {
                section.finish();
                return None;
            }
        },
    };
    section.finish();
    if let Err(message) = fits(&mapping) {
        section.fault(message);
        return None;
    }
    Some(Disposition::Mapped(Box::new(mapping)))
}

fn format(section: &Section<'_, '_>, word: &Placed<String>) -> Option<Format> {
    Some(match word.value.as_str() {
        "unix_s" => Format::Unix(UnixUnit::Seconds),
        "unix_ms" => Format::Unix(UnixUnit::Milliseconds),
        "unix_us" => Format::Unix(UnixUnit::Microseconds),
        "minor_units" => Format::MinorUnits,
        "decimal_comma" => Format::DecimalComma,
        "json" => Format::Json,
        "base64" => Format::Base64,
        "addresses" => Format::Addresses,
        pattern if pattern.contains('%') => Format::Pattern(pattern.to_owned()),
        _ => {
            section.fault_at(
                word.line,
                format!(
                    "`{}` is no format; write unix_s, unix_ms, unix_us, minor_units, decimal_comma, json, base64, addresses, or a strptime pattern such as \"%d/%m/%Y\"",
                    word.value
                ),
            );
            return None;
        }
    })
}

fn keys(section: &Section<'_, '_>) -> JsonKeys {
    if !section.has("keys") {
        return JsonKeys::None;
    }
    if section.is_string("keys") {
        match section.string("keys") {
            Some(word) if word.value == "all" => return JsonKeys::All,
            Some(word) => section.fault_at(word.line, "`keys` must be a list of keys or \"all\""),
            None => {}
        }
        return JsonKeys::None;
    }
    JsonKeys::Listed(section.strings("keys").into_iter().map(|key| key.value).collect())
}

/// Whether format, keys and values can be meant for the field.
fn fits(mapping: &Mapping) -> Result<(), String> {
    let shape = match &mapping.field {
        Field::Known { spec, .. } => spec.shape,
        Field::Additional(_) => Shape::Any,
        Field::Uid | Field::Withheld | Field::Verbatim | Field::Form | Field::Addresses => Shape::Text,
    };
    let any = shape == Shape::Any;
    let lists = matches!(shape, Shape::Party | Shape::Parties | Shape::Emails | Shape::Phones);
    let fits = match &mapping.format {
        None => true,
        Some(Format::Unix(_) | Format::Pattern(_)) => matches!(shape, Shape::Time | Shape::Day) || any,
        Some(Format::MinorUnits) => shape == Shape::Money,
        Some(Format::DecimalComma) => matches!(shape, Shape::Money | Shape::Decimal | Shape::Seconds) || any,
        Some(Format::Json) => lists || any,
        Some(Format::Base64) => matches!(shape, Shape::Content | Shape::Text) || any,
        Some(Format::Addresses) => lists,
    };
    if !fits {
        return Err(format!("its format does not fit the field `{}`", mapping.field.path()));
    }
    if mapping.keys != JsonKeys::None && mapping.format != Some(Format::Json) {
        return Err("`keys` is for columns with format = \"json\"".into());
    }
    let takes_keys = any && mapping.format == Some(Format::Json);
    if !mapping.secret_keys.is_empty() && !takes_keys {
        return Err("`secret_keys` is for columns with format = \"json\" that go to an additional field".into());
    }
    if !mapping.secret_parameters.is_empty() && (!matches!(shape, Shape::Text | Shape::Any) || mapping.format.is_some())
    {
        return Err(format!("`secret_parameters` does not fit the field `{}`", mapping.field.path()));
    }
    let codes = matches!(shape, Shape::Text | Shape::Reference | Shape::Word(_) | Shape::Any | Shape::Currency);
    if !mapping.values.is_empty() && (!codes || mapping.format.is_some()) {
        return Err(format!("`values` does not fit the field `{}`", mapping.field.path()));
    }
    if let Shape::Word(words) = shape
        && let Some((_, label)) = mapping.values.iter().find(|(_, label)| !words.contains(&label.first()))
    {
        return Err(format!("`{}` is none of {}", label.first(), words.join(", ")));
    }
    Ok(())
}

/// The field with this path: one of the kind, or `additional.NAME`, or one of those that imports use.
pub(super) fn field_named(kind: Kind, path: &str) -> Result<Field, String> {
    if let Some(name) = path.strip_prefix("additional.") {
        return if name.is_empty() {
            Err("`additional.` needs a name".into())
        } else {
            Ok(Field::Additional(name.to_owned()))
        };
    }
    match path {
        "uid" => return Ok(Field::Uid),
        "withheld" => return Ok(Field::Withheld),
        "verbatim" => return Ok(Field::Verbatim),
        "form" => return Ok(Field::Form),
        "addresses" if kind == Kind::Contact => return Ok(Field::Addresses),
        _ => {}
    }
    match kind.field(path) {
        Some((place, spec)) => Ok(Field::Known { place, spec }),
        None => {
            let known: Vec<&str> = kind.fields().map(|spec| spec.path).collect();
            Err(format!(
                "the kind {} has no field `{path}`; it has {} and additional.NAME",
                kind.name(),
                known.join(", ")
            ))
        }
    }
}
