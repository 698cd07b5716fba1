//! `postgres://…` as libpq reads it (PostgreSQL documentation, section "Connection URIs"), taken apart but not yet joined
//! with what the environment says.

use std::fmt;
use std::path::Path;

/// What may be said about a connection: libpq's words, as far as they mean anything here.
const WORDS: [&str; 24] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "load_balance_hosts",
    "options",
    "passfile",
    "password",
    "port",
    "service",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Those of them that name files.
const FILES: [&str; 4] = ["passfile", "sslcert", "sslkey", "sslrootcert"];

/// Where a PostgreSQL database is, as a URL says it. Its `Debug` shows no value: one may be a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    settings: Vec<(String, String)>,
}

impl PostgresUrl {
    /// Takes a URL apart; relative paths of files count from `folder`. The error never quotes what may be a password.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(url: &str, folder: &Path) -> Result<PostgresUrl, String> {
        let rest = url.strip_prefix("postgresql://").or_else(|| url.strip_prefix("postgres://"));
        let rest = rest.ok_or("a PostgreSQL store is written `postgres://USER@HOST:PORT/DATABASE`")?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut settings = Vec::new();
        let mut hosts = authority;
        if let Some((account, after)) = authority.rsplit_once('@') {
            let (user, password) = account.split_once(':').unwrap_or((account, ""));
            settings.push(("user", user));
            settings.push(("password", password));
            hosts = after;
        }
        let (names, ports) = hosts_and_ports(hosts)?;
        settings.push(("host", &names));
        settings.push(("port", &ports));
        settings.push(("dbname", path));
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (word, value) =
                pair.split_once('=').ok_or("after `?` stand pairs of the kind `sslmode=verify-full`")?;
            let word = WORDS.iter().find(|known| **known == word).ok_or_else(|| {
                format!("the store's URL sets something that is not known; known are {}", WORDS.join(", "))
            })?;
            settings.push((word, value));
        }
        let mut read: Vec<(String, String)> = Vec::new();
        for (word, value) in settings.into_iter().filter(|(_, value)| !value.is_empty()) {
            let mut value = decoded(value).ok_or_else(|| format!("`{word}` has a `%` that no two digits follow"))?;
            if FILES.contains(&word) && !(word == "sslrootcert" && value == "system") {
                value = folder.join(value).to_string_lossy().into_owned();
            }
            // As in libpq, the last word counts.
            read.retain(|(earlier, _)| earlier != word);
            read.push((word.to_owned(), value));
        }
        Ok(PostgresUrl { settings: read })
    }

    /// What the URL says about this word of libpq.
    pub fn get(&self, word: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == word).map(|(_, value)| value.as_str())
    }

    /// Whether it holds what must not stand in a file.
    pub fn has_password(&self) -> bool {
        self.get("password").is_some()
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresUrl(…)")
    }
}

/// `a:1,b,[::1]:2` as the hosts `a,b,::1` and the ports `1,,2`; no port at all is empty.
fn hosts_and_ports(hosts: &str) -> Result<(String, String), String> {
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for host in hosts.split(',') {
        let (name, port) = match host.strip_prefix('[') {
            Some(address) => {
                let (name, after) = address.split_once(']').ok_or("an address in `[` is not closed by `]`")?;
                (name, after.strip_prefix(':').unwrap_or(after))
            }
            None => host.split_once(':').unwrap_or((host, "")),
        };
        if !port.is_empty() && port.parse::<u16>().is_err() {
            return Err(
                "the port is no number from 1 to 65535; a `:`, `@` or `/` in a password is written `%3A`, `%40`, `%2F`"
                    .into(),
            );
        }
        names.push(name);
        ports.push(port);
    }
    let ports = if ports.iter().all(|port| port.is_empty()) { String::new() } else { ports.join(",") };
    Ok((names.join(","), ports))
}

/// A text with `%2F` and the like undone.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PostgresUrl {
        PostgresUrl::parse(text, Path::new("/etc/art20")).unwrap()
    }

    #[test]
    fn a_url_is_taken_apart_as_libpq_does_it() {
        let full = url("postgres://ann%40x:p%3Aw@db.example:5433/crm?sslmode=verify-full&options=-c%20x%3D1");
        let said: Vec<_> = ["user", "password", "host", "port", "dbname", "sslmode", "options"]
            .iter()
            .map(|word| full.get(word).unwrap())
            .collect();
        assert_eq!(said, ["ann@x", "p:w", "db.example", "5433", "crm", "verify-full", "-c x=1"]);
        let several = url("postgresql://a:1,b,[::1]:2/crm");
        assert_eq!((several.get("host"), several.get("port")), (Some("a,b,::1"), Some("1,,2")));
        let socket = url("postgres:///crm?host=/run/postgresql&sslrootcert=ca.pem");
        assert_eq!((socket.get("host"), socket.get("user")), (Some("/run/postgresql"), None));
        assert_eq!(socket.get("sslrootcert"), Some("/etc/art20/ca.pem"));
        assert_eq!(url("postgres://?service=crm").get("service"), Some("crm"));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for text in [
            "postgres:crm",
            "postgres://ann:CANARY/1@db/crm",
            "postgres://ann:CANARY@db/crm?CANARY=1",
            "postgres://ann:CANARY%4@db/crm",
            "postgres://ann:CANARY@db/crm?CANARY",
        ] {
            let message = PostgresUrl::parse(text, Path::new("")).unwrap_err();
            assert!(!message.contains("CANARY"), "{message}");
        }
        assert!(!format!("{:?}", url("postgres://ann:CANARY@db/crm")).contains("CANARY"));
    }
}
