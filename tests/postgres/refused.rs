//! What a person is told when a server does not let art20 in, or does not let it read.

use crate::common::postgres::{PASSWORD, Server};
use crate::common::{scratch, tool};
use crate::run::{collection, configuration, export, exporting, failure};
use std::path::{Path, PathBuf};
use std::process::Command;

fn people() -> String {
    collection("people", "people", "\"id\"", "owner == subject.customer", &["id", "owner", "note"])
}

fn shop(server: &Server) -> postgres::Client {
    let mut client = server.database("shop");
    client
        .batch_execute(
            "CREATE TABLE people (id integer PRIMARY KEY, owner text, note text); GRANT SELECT ON people TO reader;
             INSERT INTO people VALUES (1, 'c1', 'n'), (2, 'c1', 'CANARY')",
        )
        .unwrap();
    client
}

fn said(folder: &Path, path: &Path, change: impl FnOnce(&mut Command)) -> String {
    let mut command = exporting(path, "customer:c1", &folder.join("out.zip"));
    change(&mut command);
    failure(command, folder, 1)
}

#[test]
fn what_keeps_a_role_out_is_said_with_what_to_do_and_without_the_password() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = shop(&server);
    let folder = scratch();
    let at = |url: &str| configuration(folder.path(), &format!("url = \"{url}\""), &people());
    let path = at(&server.url("shop"));
    let wrong = said(folder.path(), &path, |command| {
        command.env("PGPASSWORD", "WRONG-CANARY");
    });
    assert!(wrong.contains("the server of the store `shop` refuses the password"), "{wrong}");
    let none = said(folder.path(), &path, |command| {
        command.env_remove("PGPASSWORD");
    });
    assert!(none.contains("asks for a password, and none is given"), "{none}");
    let database = said(folder.path(), &at(&server.url("shup")), |_| ());
    assert!(database.contains("has no database of this name"), "{database}");
    client.batch_execute("ALTER ROLE reader NOLOGIN").unwrap();
    let role = said(folder.path(), &at(&server.url("shop")), |_| ());
    assert!(role.contains("does not let this role in"), "{role}");
    let tls = said(folder.path(), &at(&format!("{}?sslmode=require", server.url("shop"))), |_| ());
    assert!(tls.contains("gives no secure connection: server does not support TLS"), "{tls}");
    let host = said(folder.path(), &at("postgres://reader@no-such-host.invalid/shop"), |_| ());
    assert!(host.contains("cannot be reached: "), "{host}");
    let service = at("postgres:///shop?service=crm");
    let service = failure(exporting(&service, "customer:c1", &folder.path().join("out.zip")), folder.path(), 3);
    assert!(service.contains("no service file has the service `crm`"), "{service}");
}

#[test]
fn what_a_role_may_not_read_is_said() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = shop(&server);
    let folder = scratch();
    let path = configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &people());
    let exports = |status| {
        let output = folder.path().join(format!("{}.zip", uuid::Uuid::new_v4()));
        assert_eq!(export(&path, "customer:c1", &output).status.code(), Some(status));
    };
    exports(0);
    // Policies would hide rows, and nobody would notice.
    client
        .batch_execute(
            "ALTER TABLE people ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON people TO reader USING (id = 1)",
        )
        .unwrap();
    let hidden = said(folder.path(), &path, |_| ());
    assert!(hidden.contains("would hide rows of the table `people` from this role"), "{hidden}");
    client.batch_execute("ALTER ROLE reader BYPASSRLS").unwrap();
    exports(0);
    client.batch_execute("ALTER TABLE people DISABLE ROW LEVEL SECURITY; REVOKE SELECT ON people FROM reader").unwrap();
    let denied = said(folder.path(), &path, |_| ());
    assert!(denied.contains("does not let this role read the table `people`"), "{denied}");
    // A value that cannot be computed is not quoted.
    client
        .batch_execute(
            "GRANT SELECT ON people TO reader; CREATE SEQUENCE numbers; GRANT ALL ON SEQUENCE numbers TO reader",
        )
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let with = |condition: &str| {
        let condition = format!("where = \"{condition}\"\n[collection.people.columns]");
        std::fs::write(&path, text.replace("[collection.people.columns]", &condition)).unwrap();
        exporting(&path, "customer:c1", &folder.path().join("out.zip"))
    };
    let value = failure(with("note::integer > 0"), folder.path(), 1);
    assert!(value.contains("a value cannot be computed or converted") && value.contains("SQLSTATE 22P02"), "{value}");
    let condition = failure(with("nothing > 0"), folder.path(), 3);
    assert!(condition.contains("a `where` on the table `people`"), "{condition}");
    assert!(condition.contains("column \"nothing\" does not exist"), "{condition}");
    let written = failure(with("nextval('numbers') > 0"), folder.path(), 1);
    assert!(written.contains("SQLSTATE 25006"), "nothing can be written: {written}");
}

#[test]
fn a_password_has_its_own_places_and_none_in_the_configuration() {
    let Some(server) = Server::start(&[]) else { return };
    drop(shop(&server));
    let folder = scratch();
    let with = server.url("shop").replace("reader@", &format!("reader:{PASSWORD}@"));
    let output = |name: &str| folder.path().join(name);
    let path = configuration(folder.path(), &format!("url = \"{with}\""), &people());
    let refused = failure(exporting(&path, "customer:c1", &output("a.zip")), folder.path(), 3);
    assert!(refused.contains("a password has no place in the configuration"), "{refused}");
    let works = |name: &str, change: &dyn Fn(&mut Command)| {
        let mut command = exporting(&path, "customer:c1", &output(name));
        command.env_remove("PGPASSWORD");
        change(&mut command);
        let run = command.output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    };
    configuration(folder.path(), "url_env = \"SHOP_URL\"", &people());
    works("environment.zip", &|command| {
        command.env("SHOP_URL", &with);
    });
    configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &people());
    let private = |name: &str, text: &str| {
        std::fs::write(output(name), text).unwrap();
        assert!(Command::new("chmod").arg("600").arg(output(name)).status().unwrap().success());
    };
    private(".pgpass", &format!("127.0.0.1:{}:shop:reader:{PASSWORD}\n", server.port));
    works("home.zip", &|_| ());
    std::fs::rename(output(".pgpass"), output("elsewhere")).unwrap();
    works("named.zip", &|command| {
        command.env("PGPASSFILE", output("elsewhere"));
    });
    private(
        "services",
        &format!("[crm]\nhost=127.0.0.1\nport={}\nuser=reader\npassword={PASSWORD}\ndbname=shop\n", server.port),
    );
    configuration(folder.path(), "url = \"postgres://?service=crm\"", &people());
    works("service.zip", &|command| {
        command.env("PGSERVICEFILE", output("services"));
    });
    configuration(folder.path(), "url = \"postgres://\"", &people());
    works("variables.zip", &|command| {
        let port = server.port.to_string();
        for (name, value) in [
            ("PGHOST", "127.0.0.1"),
            ("PGPORT", &port),
            ("PGUSER", "reader"),
            ("PGDATABASE", "shop"),
            ("PGPASSWORD", PASSWORD),
        ] {
            command.env(name, value);
        }
    });
}

/// A root, a certificate for `localhost` that it signed, the key of that, and another root.
fn certificates(folder: &Path) -> [PathBuf; 4] {
    let [root, certificate, key, other] =
        ["root.crt", "server.crt", "server.key", "other.crt"].map(|name| folder.join(name));
    let openssl = |arguments: &str| {
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
        let arguments = format!("req -x509 {key} {arguments}");
        let run = Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    };
    openssl("-subj /CN=Root -keyout root.key -out root.crt");
    openssl("-subj /CN=Other -keyout other.key -out other.crt");
    openssl(
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE
         -CA root.crt -CAkey root.key -keyout server.key -out server.crt",
    );
    [root, certificate, key, other]
}

#[test]
fn a_connection_is_as_safe_as_sslmode_asks() {
    if !tool("openssl") {
        return;
    }
    let Some(server) = Server::start(&[]) else { return };
    let mut client = shop(&server);
    let folder = scratch();
    let [root, certificate, key, other] = certificates(folder.path());
    server.keep("server.crt", &std::fs::read(&certificate).unwrap());
    server.keep("server.key", &std::fs::read(&key).unwrap());
    server.keep("pg_hba.conf", b"local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
    client.batch_execute("ALTER SYSTEM SET ssl = on").unwrap();
    client.batch_execute("SELECT pg_reload_conf()").unwrap();
    drop(client);
    server.until_it_speaks_tls();
    let url = |host: &str, mode: &str| {
        let url = server.url("shop").replace("@127.0.0.1", &format!("@{host}"));
        let path =
            configuration(folder.path(), &format!("url = \"{url}?hostaddr=127.0.0.1&sslmode={mode}\""), &people());
        exporting(&path, "customer:c1", &folder.path().join(format!("{}.zip", uuid::Uuid::new_v4())))
    };
    let roots = format!("&sslrootcert={}", root.display());
    for (host, mode) in [
        ("localhost", "prefer".to_owned()),
        ("localhost", "require".to_owned()),
        ("localhost", format!("verify-full{roots}")),
        ("elsewhere.invalid", format!("verify-ca{roots}")),
        ("localhost", format!("verify-full&sslrootcert={}", certificate.display())),
    ] {
        let run = url(host, &mode).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{mode}: {}", String::from_utf8_lossy(&run.stderr));
    }
    for (host, mode, what) in [
        ("localhost", "disable".to_owned(), "does not let this role in"),
        ("elsewhere.invalid", format!("verify-full{roots}"), "gives no secure connection"),
        (
            "elsewhere.invalid",
            format!("verify-full&sslrootcert={}", certificate.display()),
            "gives no secure connection",
        ),
        ("localhost", format!("verify-ca&sslrootcert={}", other.display()), "gives no secure connection"),
        ("localhost", "require&sslrootcert=other.crt".to_owned(), "gives no secure connection"),
        ("localhost", "sometimes".to_owned(), "sslmode `sometimes` is not known"),
        ("localhost", "verify-ca&sslrootcert=nowhere.crt".to_owned(), "sslrootcert cannot be read"),
    ] {
        let status = if what.starts_with("ssl") { 3 } else { 1 };
        let said = failure(url(host, &mode), folder.path(), status);
        assert!(said.contains(what), "{mode}: {said}");
    }
}
