//! One `[store.NAME]` section: where the store is, and which of its tables are knowingly left aside.

use super::document::{Placed, Section};
use super::faults::Fault;
use super::read::{check_name, marked};
use super::read_form;
use super::store::{Store, StoreUrl};
use std::path::Path;

/// Reads one store. `None` where it is not told where it is; its faults are noted all the same.
pub(super) fn store(
    name: &Placed<String>,
    section: &Section<'_, '_>,
    folder: &Path,
    review: &mut Vec<Fault>,
) -> Option<Store> {
    check_name(section, name);
    let mut ignore = Vec::new();
    for (table, member) in section.members("ignore") {
        let reason = if member.section.is_some() {
            let inner = member.table(&table.value)?;
            marked(&inner, &table.value, review);
            let reason = inner.required("reason");
            inner.finish();
            reason
        } else {
            member.string(&table.value)
        };
        match reason {
            Some(reason) if !reason.value.trim().is_empty() => ignore.push((table.value, reason.value)),
            _ => section.fault_at(table.line, format!("the table `{}` is ignored without a reason", table.value)),
        }
    }
    let url = match (section.string("url"), section.string("url_env")) {
        (Some(url), None) => Some(url),
        (None, Some(variable)) => match std::env::var(&variable.value) {
            Ok(value) => Some(Placed { value, line: variable.line }),
            Err(_) => {
                section.fault_at(variable.line, format!("the environment variable `{}` is not set", variable.value));
                None
            }
        },
        (Some(_), Some(both)) => {
            section.fault_at(both.line, "`url` and `url_env` are both given; take one of them away");
            None
        }
        (None, None) => {
            if !section.has("url") && !section.has("url_env") {
                section.fault("`url` or `url_env` is missing");
            }
            None
        }
    };
    let mut url = url.and_then(|url| match StoreUrl::parse(&url.value, folder) {
        Ok(StoreUrl::Postgres(postgres)) if section.has("url") && postgres.has_password() => {
            section.fault_at(
                url.line,
                "a password has no place in the configuration: take it out of the URL and give it by PGPASSWORD, in ~/.pgpass, or put the whole URL into an environment variable named by `url_env`",
            );
            None
        }
        Ok(parsed) => Some(parsed),
        Err(message) => {
            section.fault_at(url.line, message);
            None
        }
    });
    read_form::form(section, url.as_mut());
    marked(section, &name.value, review);
    section.finish();
    Some(Store { name: name.value.clone(), url: url?, ignore, line: section.line() })
}
