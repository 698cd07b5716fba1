//! PostgreSQL servers of the tests' own: each in a folder that vanishes, never as root, reached by a socket and a port of
//! its own. Made from Debian's package `postgresql`.

use super::strict;
use postgres::{Client, NoTls};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// The password of every role that a test makes.
pub const PASSWORD: &str = "SECRET-CANARY-password";

/// A running server.
pub struct Server {
    folder: tempfile::TempDir,
    process: Child,
    said: Arc<Mutex<Vec<String>>>,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

/// Where the programs of the newest PostgreSQL are.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path())).collect();
    versions.sort_by_key(number);
    versions.into_iter().rev().map(|version| version.join("bin")).find(|bin| bin.join("initdb").exists())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// A program of PostgreSQL, which refuses to be root.
fn program(name: &str, folder: &Path) -> Command {
    let path = programs().unwrap().join(name);
    let mut command = Command::new(&path);
    if is_root() {
        command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(&path);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

impl Server {
    /// Starts a server, unless PostgreSQL is not installed: then says so, which in `.ci/run` is a failure.
    pub fn start(settings: &[&str]) -> Option<Server> {
        if programs().is_none() {
            assert!(!strict(), "PostgreSQL is missing, and .ci/run installs it");
            println!("skipped: PostgreSQL is not installed");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("art20-pg-").tempdir().unwrap();
        let (data, password) = (folder.path().join("data"), folder.path().join("password"));
        std::fs::write(&password, PASSWORD).unwrap();
        if is_root() {
            let owned = Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder.path()).status();
            assert!(owned.unwrap().success());
        }
        let made = program("initdb", folder.path())
            .args(["--no-sync", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
            .arg("--pwfile")
            .arg(&password)
            .arg("--pgdata")
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let (process, port, said) = run(folder.path(), settings);
        Some(Server { folder, process, said, port })
    }

    /// Puts a file among those that belong to it.
    pub fn keep(&self, name: &str, bytes: &[u8]) {
        let path = self.folder.path().join("data").join(name);
        std::fs::write(&path, bytes).unwrap();
        assert!(Command::new("chmod").arg("600").arg(&path).status().unwrap().success());
        if is_root() {
            assert!(Command::new("chown").arg("postgres:postgres").arg(&path).status().unwrap().success());
        }
    }

    /// What it has said since it takes connections.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it offers TLS: its settings are read anew some time after it was asked to.
    pub fn until_it_speaks_tls(&self) {
        use std::io::{Read as _, Write as _};
        let start = std::time::Instant::now();
        loop {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
            stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
            let mut answer = [0];
            stream.read_exact(&mut answer).unwrap();
            if answer == *b"S" {
                return;
            }
            assert!(start.elapsed().as_secs() < 60, "it does not offer TLS");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// A connection of the superuser.
    pub fn admin(&self, database: &str) -> Client {
        let mut config = postgres::Config::new();
        config.host_path(self.folder.path()).port(self.port).user("postgres").dbname(database);
        config.connect(NoTls).unwrap()
    }

    /// Makes a database, with a role `reader` that may read what will be granted to it, and connects to it.
    pub fn database(&self, name: &str) -> Client {
        let mut postgres = self.admin("postgres");
        let roles = postgres.query("SELECT 1 FROM pg_roles WHERE rolname = 'reader'", &[]).unwrap();
        if roles.is_empty() {
            postgres.batch_execute(&format!("CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")).unwrap();
        }
        postgres.batch_execute(&format!("CREATE DATABASE \"{name}\"")).unwrap();
        self.admin(name)
    }

    /// The folder of its socket.
    pub fn socket(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of a database for the role `reader`, without its password.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://reader@127.0.0.1:{}/{database}", self.port)
    }

    /// Ends the server as a power cut would.
    pub fn kill(&mut self) {
        self.signal("QUIT");
        self.process.wait().unwrap();
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal("QUIT");
            let _ = self.process.wait();
        }
    }
}

/// Runs a server on a port that is free, and waits until it says that it takes connections.
fn run(folder: &Path, settings: &[&str]) -> (Child, u16, Arc<Mutex<Vec<String>>>) {
    for _ in 0..5 {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = program("postgres", folder);
        command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-p", &port.to_string()]);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=16MB"]);
        for setting in settings {
            command.args(["-c", setting]);
        }
        let mut process = command.env("LC_ALL", "C").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let ready = lines.by_ref().inspect(|line| said.push(line.clone())).any(|line| line.contains("ready to accept"));
        if ready {
            // What it says later must not fill the pipe.
            let later = Arc::new(Mutex::new(Vec::new()));
            let heard = later.clone();
            std::thread::spawn(move || lines.for_each(|line| heard.lock().unwrap().push(line)));
            return (process, port, later);
        }
        let _ = process.wait();
        assert!(said.iter().any(|line| line.contains("could not bind")), "{}", said.join("\n"));
    }
    panic!("no port is free");
}
