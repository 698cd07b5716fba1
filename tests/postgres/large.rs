//! Contents that are too large to be held: read in pieces, whatever names their row, and whole or not at all.

use crate::common::postgres::Server;
use crate::common::scratch;
use crate::common::unpacked::unpacked;
use crate::run::{configuration, export};
use std::path::Path;

const COLLECTIONS: &str = r#"[collection.mails]
store = "shop"
table = "mails"
kind = "message"
activity = "account"
key = ["id"]
match = ["owner == subject.customer"]
[collection.mails.columns]
id = { omit = "number" }
owner = { omit = "number" }
sender = "from"
recipient = "to"
sent = "sent_at"
[collection.mails.set]
channel = "form"
[collection.files]
store = "shop"
table = "files"
kind = "attachment"
parent = "mails"
activity = "account"
key = ["id"]
match = ["mail = mails.id"]
[collection.files.columns]
id = { omit = "number" }
mail = { omit = "number" }
name = "name"
content = "content"
words = { omit = "nothing" }
"#;

/// Makes the tables; files are named by this type.
fn shop(server: &Server, key: &str) -> postgres::Client {
    let mut client = server.database("shop");
    client
        .batch_execute(&format!(
            "CREATE TABLE mails (id integer PRIMARY KEY, owner text, sender text, recipient text, sent timestamptz);
             INSERT INTO mails VALUES (1, 'c1', 'ann@example.org', 'shop@example.org', '2026-02-03 10:12:00+01');
             CREATE TABLE files (id {key} PRIMARY KEY, mail integer, name text, content bytea, words text);
             GRANT SELECT ON mails, files TO reader"
        ))
        .unwrap();
    client
}

/// More than two pieces, of which nothing can be packed; exactly one piece; the last that is read at once.
const SIZES: [usize; 3] = [9_000_001, 4 * 1024 * 1024, 64 * 1024];

fn bytes(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ size as u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..size).map(|_| next()).collect()
}

fn fill(client: &mut postgres::Client, key: &str) {
    for size in SIZES {
        let name = format!("{size}.bin");
        let sql = format!("INSERT INTO files VALUES ({key}, 1, $1, $2)");
        client.execute(&sql, &[&name, &bytes(size)]).unwrap();
    }
}

/// The attachments of an archive.
fn exported(server: &Server, folder: &Path, collections: &str) -> Vec<Vec<u8>> {
    let path = configuration(folder, &format!("url = \"{}\"", server.url("shop")), collections);
    let output = folder.join(format!("{}.zip", uuid::Uuid::new_v4()));
    let run = export(&path, "customer:c1", &output);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let files = unpacked(&output).into_iter().filter(|(name, _)| name.starts_with("data/attachments/"));
    files.map(|(_, bytes)| bytes).collect()
}

#[test]
fn large_contents_are_read_in_pieces_and_arrive_whole() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = shop(&server, "integer GENERATED ALWAYS AS IDENTITY");
    let folder = scratch();
    fill(&mut client, "DEFAULT");
    let files = exported(&server, folder.path(), COLLECTIONS);
    for size in SIZES {
        assert!(files.contains(&bytes(size)), "{size}");
    }
    // Text that is long in bytes, not in letters.
    client
        .batch_execute(
            "DELETE FROM files; INSERT INTO files VALUES (DEFAULT, 1, 'letter.txt', NULL, repeat('李𠮷é ', 1000000))",
        )
        .unwrap();
    let collections = COLLECTIONS
        .replace("content = \"content\"", "content = { omit = \"nothing\" }")
        .replace("words = { omit = \"nothing\" }", "words = \"content\"");
    let files = exported(&server, folder.path(), &collections);
    assert!(files.contains(&"李𠮷é ".repeat(1_000_000).into_bytes()));
}

#[test]
fn large_contents_whose_rows_are_named_by_no_number_are_read_in_pieces_too() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = shop(&server, "uuid");
    let folder = scratch();
    fill(&mut client, "gen_random_uuid()");
    let files = exported(&server, folder.path(), COLLECTIONS);
    for size in SIZES {
        assert!(files.contains(&bytes(size)), "{size}");
    }
    // Parts of one key, of which the server takes some for equal that are not.
    client
        .batch_execute(
            "CREATE EXTENSION citext; ALTER TABLE files DROP COLUMN id; ALTER TABLE files ADD folder citext, ADD place numeric;
             UPDATE files SET folder = 'Inbox', place = length(content);
             INSERT INTO files SELECT mail, name, 'other', words, 'INBOX', place FROM files",
        )
        .unwrap();
    let collections = COLLECTIONS
        .replace("key = [\"id\"]\nmatch = [\"mail", "key = [\"folder\", \"place\"]\nmatch = [\"mail")
        .replace(
            "id = { omit = \"number\" }\nmail",
            "folder = { omit = \"box\" }\nplace = { omit = \"number\" }\nmail",
        );
    let files = exported(&server, folder.path(), &collections);
    assert_eq!(files.iter().filter(|file| *file == b"other").count(), 3);
    for size in SIZES {
        assert!(files.contains(&bytes(size)), "{size}");
    }
}

#[test]
fn a_snapshot_that_is_lost_in_the_middle_of_a_large_content_is_taken_anew() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = shop(&server, "integer");
    let folder = scratch();
    let content = bytes(5_000_000);
    client.execute("INSERT INTO files VALUES (1, 1, 'a.bin', $1)", &[&content]).unwrap();
    // What a transaction leaves behind that fails: it asks another one to count it. Pieces are what is asked for last.
    let socket = format!("host={} port={} dbname=shop user=postgres", server.socket().display(), server.port);
    client
        .batch_execute(&format!(
            "CREATE EXTENSION dblink; CREATE TABLE asked (id serial);
             CREATE FUNCTION kept(content bytea) RETURNS bytea LANGUAGE plpgsql SECURITY DEFINER AS $$
             BEGIN
               PERFORM dblink_exec('{socket}', 'INSERT INTO asked DEFAULT VALUES');
               IF position('substring' in current_query()) > 0 AND
                 (SELECT n FROM dblink('{socket}', 'SELECT max(id) FROM asked') AS t(n integer)) < 6 THEN
                 RAISE EXCEPTION 'CANARY' USING ERRCODE = '40001';
               END IF;
               RETURN content;
             END $$;
             CREATE VIEW seen AS SELECT id, mail, name, kept(content) AS content, words FROM files;
             GRANT SELECT ON seen TO reader; REVOKE SELECT ON files FROM reader"
        ))
        .unwrap();
    let collections = COLLECTIONS.replace("table = \"files\"", "table = \"seen\"")
        + "[store.shop.ignore]\nasked = \"counts\"\nfiles = \"shown by a view\"\n";
    let files = exported(&server, folder.path(), &collections);
    assert_eq!(files, [content]);
    let asked = client.query_one("SELECT count(*) FROM asked", &[]).unwrap().get::<_, i64>(0);
    assert!(asked > 6, "it was begun anew: {asked}");
}
