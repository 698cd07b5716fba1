//! What can be wrong with a database server, each with what to do. No sentence holds what the server said: its messages
//! may quote values.

/// What is wrong with the server of a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerProblem {
    /// Something said about the connection makes no sense.
    #[error("cannot be connected to: {0}")]
    Settings(String),
    /// Nobody answers.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// The password is wrong.
    #[error("refuses the password")]
    WrongPassword,
    /// It asks for a password.
    #[error("asks for a password, and none is given")]
    NoPassword,
    /// It does not let this role in.
    #[error("does not let this role in")]
    NotAdmitted,
    /// There is no such database.
    #[error("has no database of this name")]
    NoDatabase,
    /// No secure connection comes about.
    #[error("gives no secure connection: {0}")]
    Tls(String),
    /// It has no room for another connection, or is starting or stopping.
    #[error("takes no connections at the moment")]
    Busy,
    /// The connection broke.
    #[error("is gone: the connection broke while the store was read")]
    Gone,
    /// The role may not read a table.
    #[error("does not let this role read the table `{0}`, or a column of it")]
    Permission(String),
    /// Policies would hide rows.
    #[error("would hide rows of the table `{0}` from this role: row-level security is in force")]
    RowSecurity(String),
    /// A statement took longer than it may.
    #[error("took longer than it may for one step on the table `{0}`")]
    TooSlow(String),
    /// The snapshot could not be kept.
    #[error("could not keep its snapshot, because somebody else wrote at the same time")]
    NotKept,
    /// Tables were made and renamed faster than they could be listed.
    #[error("changes its tables faster than they can be listed")]
    Restless,
    /// It is not what it should be.
    #[error("cannot be read as PostgreSQL: {0}")]
    NotUnderstood(String),
}

impl ServerProblem {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            ServerProblem::Settings(_) => {
                "Correct the store's URL, or the PG… variable, service or password file named."
            }
            ServerProblem::Unreachable(_) => {
                "Check host and port in the store's URL (or PGHOST and PGPORT), that the server runs, and that it accepts connections from here."
            }
            ServerProblem::WrongPassword => {
                "Check the password in PGPASSWORD, ~/.pgpass (or PGPASSFILE) or the URL that `url_env` names, and the role's name."
            }
            ServerProblem::NoPassword => {
                "Give it by PGPASSWORD, in ~/.pgpass (mode 0600, or another file named by PGPASSFILE), in a service file, or in a URL that `url_env` names."
            }
            ServerProblem::NotAdmitted => {
                "Check the role's name, that it has LOGIN and CONNECT on the database, and the server's pg_hba.conf, which may also ask for TLS."
            }
            ServerProblem::NoDatabase => "Check the database's name at the end of the store's URL (or PGDATABASE).",
            ServerProblem::Tls(_) => {
                "Check `sslmode` and `sslrootcert` in the store's URL, and that the server's certificate is in date and names the host."
            }
            ServerProblem::Busy => "Run again in a while.",
            ServerProblem::Gone => "Nothing was written. Look into the server's log, and run again when it is back.",
            ServerProblem::Permission(_) => {
                "Let the owner run GRANT SELECT ON the table TO the role, and GRANT USAGE ON its schema; `secret` columns need no grant."
            }
            ServerProblem::RowSecurity(_) => {
                "An export must not miss rows that a policy hides: give the role BYPASSRLS, or connect as one to which no policy applies."
            }
            ServerProblem::TooSlow(_) => {
                "Make the index that `art20 check` names, or allow more time by `options=-c%20statement_timeout%3D30min` in the store's URL."
            }
            ServerProblem::NotKept => {
                "Nothing was written. Run again; on a standby, let `max_standby_streaming_delay` be longer."
            }
            ServerProblem::Restless => "Run again when no migration is under way.",
            ServerProblem::NotUnderstood(_) => {
                "Check that the URL leads to PostgreSQL 12 or later, or to a database that speaks its protocol and keeps its catalogues."
            }
        }
    }
}
