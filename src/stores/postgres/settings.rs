//! Joins what the URL, a service, the environment and libpq's defaults say about a connection, in this order.

use super::passwords::{Door, password, service};
use super::tls::TlsWish;
use crate::controller::PostgresUrl;
use postgres::Config;
use postgres::config::{ChannelBinding, LoadBalanceHosts, TargetSessionAttrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The variables of the environment that libpq reads, with the words that they stand for.
const VARIABLES: [(&str, &str); 17] = [
    ("PGAPPNAME", "application_name"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGDATABASE", "dbname"),
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
    ("PGOPTIONS", "options"),
    ("PGPASSFILE", "passfile"),
    ("PGPASSWORD", "password"),
    ("PGPORT", "port"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGUSER", "user"),
];
/// Where the sockets of local servers are.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];
/// How long to wait for a server that does not answer, where nobody says.
const PATIENCE: Duration = Duration::from_secs(15);

/// Everything that is needed to connect.
pub(super) struct Settings {
    /// For the driver.
    pub(super) config: Config,
    /// How safe the connection has to be.
    pub(super) tls: TlsWish,
}

/// What is said about one connection, by libpq's words.
struct Said<'a> {
    url: &'a PostgresUrl,
    service: Vec<(String, String)>,
    variable: fn(&str) -> Option<String>,
}

impl Said<'_> {
    fn get(&self, word: &str) -> Option<String> {
        let url = self.url.get(word).map(str::to_owned);
        let service = || self.service.iter().rev().find(|(known, _)| known == word).map(|(_, value)| value.clone());
        let environment = || {
            let (name, _) = VARIABLES.iter().find(|(_, known)| *known == word)?;
            (self.variable)(name)
        };
        url.or_else(service).or_else(environment).filter(|value| !value.is_empty())
    }

    fn number(&self, word: &str) -> Result<Option<u32>, String> {
        let number = |text: String| text.trim().parse().map_err(|_| format!("`{word}` is no whole number"));
        self.get(word).map(number).transpose()
    }

    fn seconds(&self, word: &str) -> Result<Option<Duration>, String> {
        Ok(self.number(word)?.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(seconds.into())))
    }

    fn one_of<T: Copy>(&self, word: &str, known: &[(&str, T)]) -> Result<Option<T>, String> {
        let Some(value) = self.get(word) else { return Ok(None) };
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let found = known.iter().find(|(name, _)| *name == value);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| format!("`{word}` is not one of {}", names.join(", ")))
    }
}

/// Joins everything that is said.
///
/// # Errors
/// What is wrong with it.
pub(super) fn settings(url: &PostgresUrl, variable: fn(&str) -> Option<String>) -> Result<Settings, String> {
    let home = variable("HOME").or_else(|| variable("USERPROFILE")).map(PathBuf::from);
    let service = match url.get("service").map(str::to_owned).or_else(|| variable("PGSERVICE")) {
        Some(name) => service(&name, &service_files(home.as_deref(), variable))?,
        None => Vec::new(),
    };
    let said = Said { url, service, variable };
    let mut config = Config::new();
    config.application_name(said.get("application_name").as_deref().unwrap_or("art20"));
    config.connect_timeout(said.seconds("connect_timeout")?.unwrap_or(PATIENCE));
    let account = || variable("USER").or_else(|| variable("LOGNAME")).or_else(|| variable("USERNAME"));
    let user = said.get("user").or_else(account).ok_or("no role is named; write `postgres://ROLE@HOST/DATABASE`")?;
    let database = said.get("dbname").unwrap_or_else(|| user.clone());
    config.user(&user).dbname(&database);
    if let Some(options) = said.get("options") {
        config.options(&options);
    }
    let (host, port) = hosts(&said, &mut config)?;
    let passfile = said.get("passfile").map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(".pgpass")));
    let door = Door { host: &host, port, database: &database, user: &user };
    let from_file = || passfile.map_or(Ok(None), |path| password(&path, &door));
    if let Some(password) = said.get("password").map_or_else(from_file, |password| Ok(Some(password)))? {
        config.password(password);
    }
    details(&said, &mut config)?;
    let of_home =
        |name: &str| home.as_ref().map(|home| home.join(".postgresql").join(name)).filter(|path| path.exists());
    let root = said.get("sslrootcert").or_else(|| of_home("root.crt").map(|path| path.to_string_lossy().into_owned()));
    let certificate = said.get("sslcert").map(PathBuf::from).or_else(|| of_home("postgresql.crt"));
    let key = said.get("sslkey").map(PathBuf::from).or_else(|| of_home("postgresql.key"));
    Ok(Settings { config, tls: TlsWish { mode: said.get("sslmode"), roots: root, own: certificate.zip(key) } })
}

/// What has a default of its own in the driver.
fn details(said: &Said<'_>, config: &mut Config) -> Result<(), String> {
    if let Some(idle) = said.seconds("keepalives_idle")? {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = said.seconds("keepalives_interval")? {
        config.keepalives_interval(interval);
    }
    if let Some(count) = said.number("keepalives_count")? {
        config.keepalives_retries(count);
    }
    if let Some(keep) = said.number("keepalives")? {
        config.keepalives(keep != 0);
    }
    if let Some(milliseconds) = said.number("tcp_user_timeout")? {
        config.tcp_user_timeout(Duration::from_millis(milliseconds.into()));
    }
    let attributes = [
        ("any", TargetSessionAttrs::Any),
        ("read-write", TargetSessionAttrs::ReadWrite),
        ("read-only", TargetSessionAttrs::ReadOnly),
    ];
    if let Some(wanted) = said.one_of("target_session_attrs", &attributes)? {
        config.target_session_attrs(wanted);
    }
    let bindings = [
        ("disable", ChannelBinding::Disable),
        ("prefer", ChannelBinding::Prefer),
        ("require", ChannelBinding::Require),
    ];
    if let Some(binding) = said.one_of("channel_binding", &bindings)? {
        config.channel_binding(binding);
    }
    let balances = [("disable", LoadBalanceHosts::Disable), ("random", LoadBalanceHosts::Random)];
    if let Some(balance) = said.one_of("load_balance_hosts", &balances)? {
        config.load_balance_hosts(balance);
    }
    Ok(())
}

/// Names the hosts and ports; the first of them is what a password is looked up for.
fn hosts(said: &Said<'_>, config: &mut Config) -> Result<(String, u16), String> {
    let ports: Vec<u16> = match said.get("port") {
        Some(text) => {
            let number = |port: &str| if port.is_empty() { Ok(5432) } else { port.trim().parse() };
            text.split(',')
                .map(number)
                .collect::<Result<_, _>>()
                .map_err(|_| "the port is no number from 1 to 65535")?
        }
        None => vec![5432],
    };
    let first = ports.first().copied().unwrap_or(5432);
    for port in &ports {
        config.port(*port);
    }
    let addresses = said.get("hostaddr");
    let names = said.get("host").or_else(|| addresses.clone()).unwrap_or_else(|| {
        let socket = |folder: &&&str| Path::new(folder).join(format!(".s.PGSQL.{first}")).exists();
        SOCKETS.iter().find(socket).map_or("localhost", |folder| folder).to_owned()
    });
    for name in names.split(',') {
        config.host(if name.is_empty() { "localhost" } else { name });
    }
    for address in addresses.iter().flat_map(|all| all.split(',')) {
        config.hostaddr(address.trim().parse().map_err(|_| "`hostaddr` is no IP address")?);
    }
    Ok((names.split(',').next().unwrap_or_default().to_owned(), first))
}

/// The files in which services are looked up: one's own first.
fn service_files(home: Option<&Path>, variable: fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let own = variable("PGSERVICEFILE").map(PathBuf::from).or_else(|| home.map(|home| home.join(".pg_service.conf")));
    let system = variable("PGSYSCONFDIR").map_or_else(|| PathBuf::from("/etc/postgresql-common"), PathBuf::from);
    own.into_iter().chain([system.join("pg_service.conf")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use postgres::config::Host;

    fn url(text: &str) -> PostgresUrl {
        PostgresUrl::parse(text, Path::new("/etc/art20")).unwrap()
    }

    #[test]
    fn the_url_goes_before_the_environment_and_the_environment_before_defaults() {
        let environment = |name: &str| match name {
            "PGHOST" => Some("elsewhere".to_owned()),
            "PGUSER" => Some("reader".to_owned()),
            "PGPASSWORD" => Some("secret".to_owned()),
            "PGSSLMODE" => Some("verify-full".to_owned()),
            _ => None,
        };
        let joined = settings(&url("postgres://db.example:5433/crm"), environment).unwrap();
        assert_eq!(joined.config.get_hosts(), [Host::Tcp("db.example".into())]);
        assert_eq!(joined.config.get_ports(), [5433]);
        assert_eq!(joined.config.get_user(), Some("reader"));
        assert_eq!(joined.config.get_password(), Some(b"secret".as_slice()));
        assert_eq!(joined.config.get_dbname(), Some("crm"));
        assert_eq!(joined.tls.mode.as_deref(), Some("verify-full"));
    }

    #[test]
    fn what_makes_no_sense_is_said_by_its_word() {
        let nothing = |_: &str| None;
        for (text, word) in [
            ("postgres://u@h/d?connect_timeout=soon", "connect_timeout"),
            ("postgres://u@h/d?target_session_attrs=any1", "target_session_attrs"),
            ("postgres://h/d", "no role"),
            ("postgres://u@h/d?hostaddr=h", "hostaddr"),
        ] {
            let message = settings(&url(text), nothing).err().unwrap();
            assert!(message.contains(word), "{message}");
        }
    }
}
