//! Passwords and services as libpq keeps them in files (PostgreSQL documentation, "The Password File", "The Connection
//! Service File").

use std::fs;
use std::io;
use std::path::Path;

/// Which password is asked for.
pub(super) struct Door<'a> {
    /// A name, an address, or the folder of a socket.
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// The password for a door, from a password file; a file that is not there has none.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn password(path: &Path, door: &Door<'_>) -> Result<Option<String>, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(format!("the password file {} cannot be read: {}", path.display(), cause.kind())),
    };
    if others_may_read(path) {
        return Err(format!("others may read the password file {}; take that away with `chmod 600`", path.display()));
    }
    Ok(text.lines().filter(|line| !line.starts_with('#')).find_map(|line| password_in(line, door)))
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

fn password_in(line: &str, door: &Door<'_>) -> Option<String> {
    let parts = parts(line);
    let [host, port, database, user, password] = parts.as_slice() else { return None };
    let is = |part: &str, value: &str| part == "*" || part == value;
    let local = door.host.starts_with('/') && host == "localhost";
    let fits = (local || is(host, door.host))
        && is(port, &door.port.to_string())
        && is(database, door.database)
        && is(user, door.user);
    fits.then(|| password.clone())
}

/// Four parts that end at a colon and the rest; a backslash keeps the next character from being one.
fn parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match c {
            ':' if parts.len() < 5 => parts.push(String::new()),
            '\\' => parts.last_mut().into_iter().for_each(|part| part.extend(characters.next())),
            c => parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}

/// The settings of a service in the first of the files that has it.
///
/// # Errors
/// When a file cannot be read, or none has the service.
pub(super) fn service(name: &str, files: &[std::path::PathBuf]) -> Result<Vec<(String, String)>, String> {
    for path in files {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(format!("the service file {} cannot be read: {}", path.display(), cause.kind())),
        };
        if let Some(settings) = section(&text, name) {
            return Ok(settings);
        }
    }
    Err(format!("no service file has the service `{name}`"))
}

fn section(text: &str, name: &str) -> Option<Vec<(String, String)>> {
    let mut found: Option<Vec<(String, String)>> = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(heading) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            if found.is_some() {
                break;
            }
            found = (heading == name).then(Vec::new);
        } else if let (Some(settings), Some((word, value))) = (&mut found, line.split_once('=')) {
            settings.push((word.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_password_file_fits_as_libpq_says() {
        let door = Door { host: "db.example", port: 5432, database: "crm", user: "art:20" };
        let of = |line: &str| password_in(line, &door);
        assert_eq!(of("db.example:5432:crm:art\\:20:a:b\\\\c").as_deref(), Some("a:b\\c"));
        assert_eq!(of("*:*:*:*:secret").as_deref(), Some("secret"));
        assert_eq!(of("db.example:5433:crm:art\\:20:x"), None);
        assert_eq!(of("db.example:5432:crm"), None);
        let socket = Door { host: "/run/postgresql", ..door };
        assert_eq!(password_in("localhost:*:*:*:s", &socket).as_deref(), Some("s"));
    }

    #[test]
    fn a_service_is_a_section() {
        let text = "# services\n[a]\nhost=x\n[crm]\nhost = db.example\npassword=p=w\n\n[b]\nport=1\n";
        let pair = |word: &str, value: &str| (word.to_owned(), value.to_owned());
        assert_eq!(section(text, "crm"), Some(vec![pair("host", "db.example"), pair("password", "p=w")]));
        assert_eq!(section(text, "c"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_password_file_that_others_may_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pgpass");
        let door = Door { host: "h", port: 1, database: "d", user: "u" };
        assert_eq!(password(&path, &door), Ok(None));
        fs::write(&path, "*:*:*:*:CANARY\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(password(&path, &door).unwrap_err().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(password(&path, &door).unwrap().as_deref(), Some("CANARY"));
    }
}
