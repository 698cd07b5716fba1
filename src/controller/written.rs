//! Texts and names as TOML writes them, whatever they are made of: for whoever makes a configuration.

/// A basic string: the escapes of JSON, and one for the control character that JSON leaves alone.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default().replace('\u{7f}', "\\u007f")
}

/// A key: bare where that is allowed.
pub fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { quoted(name) }
}

/// A list of strings.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A column as a condition of `match` names it. `None` if it has no name.
pub fn column(name: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    Some(if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) })
}

#[cfg(test)]
mod tests {
    use super::super::Condition;
    use super::*;

    #[test]
    fn whatever_a_name_is_made_of_it_can_be_written_and_read_again() {
        for name in [
            "id",
            "a b",
            "a\nb",
            "]",
            "\"",
            "\\",
            "'",
            "名",
            "\u{7f}\0\u{85}",
            "has",
            "and",
            "a.b",
            "#",
            "=",
            "\u{feff}",
        ] {
            let text = format!("[{}]\n{} = {}\n", key(name), key(name), quoted(name));
            let read: toml::Table = text.parse().unwrap();
            assert_eq!(read[name][name].as_str(), Some(name), "{text}");
            let condition = format!("{0} = subject.email and {0} = other.{0}", column(name).unwrap());
            assert_eq!(Condition::parse(&condition).unwrap().terms[0].column, name);
        }
        assert_eq!(column(""), None);
    }
}
