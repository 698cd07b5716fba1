//! `man/` holds a page for each command, made from the command line itself; `ART20_BLESS=1` writes them anew.

mod common;

use art20::cli::{STATUSES, command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use common::{blessing, root};
use std::collections::BTreeMap;

/// What a page says besides the arguments: examples, each with what it does, and the files that the command touches.
struct Page {
    command: &'static str,
    examples: &'static [(&'static str, &'static str)],
    files: &'static [(&'static str, &'static str)],
}

const CONFIGURATION: (&str, &str) =
    ("art20.toml", "The configuration: the controller, its activities, stores and collections.");

const PAGES: [Page; 14] = [
    Page {
        command: "art20",
        examples: &[
            ("Write the example controller and answer a request to it.", "art20 demo example"),
            ("", "art20 export -c example/art20.toml -s email:anna.mueller@example.org --identity-check account-login"),
        ],
        files: &[CONFIGURATION],
    },
    Page {
        command: "art20-export",
        examples: &[
            (
                "Answer a request that a file holds, so that nothing personal stands on a command line.",
                "art20 export --request request.json --received 2026-11-02T09:30:00Z -o answers/2026-0017.zip",
            ),
            ("The same from standard input, for a program.", "art20 export --request - --json -q"),
            (
                "Encrypted with a passphrase that only a descriptor carries, and signed.",
                "art20 export --request request.json --passphrase-file /dev/fd/3 --sign-key minisign.key",
            ),
            (
                "For a person who has 7-Zip or Keka and nothing else.",
                "art20 export --request request.json --zip-passphrase-file passphrase.txt",
            ),
            (
                "With a letter to the person, in Chinese.",
                "art20 export --request request.json --language zh-CN --letter 2026-0017.txt",
            ),
        ],
        files: &[
            CONFIGURATION,
            ("REFERENCE.zip", "The archive. Mode 0600; never overwritten; nothing is there before it is whole."),
            (
                "REFERENCE.receipt.json",
                "Beside the archive: the account of every row, for the controller. It names no one.",
            ),
            ("REFERENCE.zip.age", "The archive instead, encrypted by age."),
            ("NAME.minisig", "Beside the delivered file NAME: its signature."),
        ],
    },
    Page {
        command: "art20-batch",
        examples: &[
            (
                "Answer every request of a file. The same line again does only what is missing.",
                "art20 batch requests.csv -o answers",
            ),
            (
                "One of three workers that share the file and the folder.",
                "art20 batch requests.csv -o answers --shard 0/3",
            ),
            ("Requests from another program, as JSON Lines.", "art20 batch - -o answers --jobs 4 --json -q"),
        ],
        files: &[
            CONFIGURATION,
            ("DIR/REFERENCE.zip", "The archive of each request, with DIR/REFERENCE.receipt.json beside it."),
            (
                "DIR/batch-result.csv",
                "A line for each request, in their order: reference, status, exit_code, archive, sha256, matched, portable, excluded, message. With --shard I/N it is batch-result-I.csv.",
            ),
        ],
    },
    Page {
        command: "art20-plan",
        examples: &[
            (
                "What would go in, what would stay out, and why; nothing is written.",
                "art20 plan --request request.json",
            ),
            (
                "The same with the identifiers that were recognised, on a terminal only.",
                "art20 plan --request request.json --reveal",
            ),
        ],
        files: &[CONFIGURATION],
    },
    Page {
        command: "art20-refuse",
        examples: &[
            (
                "Nothing that the person gave leads to any data; the letter offers to look again.",
                "art20 refuse --request request.json --reason not-identifiable",
            ),
            (
                "The thirteenth request of a year, with what shows it.",
                "art20 refuse --request request.json --reason excessive --evidence 'Twelve answers since January.'",
            ),
        ],
        files: &[
            CONFIGURATION,
            ("REFERENCE.refusal.txt", "The letter. Mode 0600; never overwritten."),
            ("REFERENCE.refusal.json", "Beside the letter: the record of it, for the controller."),
        ],
    },
    Page {
        command: "art20-extend",
        examples: &[(
            "Within the first month: two more, with the reasons.",
            "art20 extend --request request.json --reason complexity --explanation 'Eleven systems have to be read.'",
        )],
        files: &[
            CONFIGURATION,
            ("REFERENCE.extension.txt", "The letter. Mode 0600; never overwritten."),
            ("REFERENCE.extension.json", "Beside the letter: the record of it, for the controller."),
        ],
    },
    Page {
        command: "art20-check",
        examples: &[(
            "Hold the configuration against the stores; in a pipeline, fail on warnings too.",
            "art20 check --strict",
        )],
        files: &[CONFIGURATION],
    },
    Page {
        command: "art20-init",
        examples: &[
            ("Propose a configuration for a database.", "art20 init --from sqlite:crm.db"),
            (
                "For several stores, each under a name of its own; links between them are found too.",
                "art20 init --from crm=postgres://reader@db.example.org/crm --from billing=csv:exports -o proposed.toml",
            ),
            ("After a schema has changed: add what is new to the configuration.", "art20 init --update"),
        ],
        files: &[(
            "art20.toml",
            "The configuration. Mode 0600; never overwritten, and with --update only added to; every guess in it has review = true, which stops an export until a person takes it away.",
        )],
    },
    Page {
        command: "art20-verify",
        examples: &[
            ("Check an archive that came by mail.", "art20 verify 2026-0017.zip"),
            ("Check the folder that it was extracted to, for a program.", "art20 verify 2026-0017 --json"),
            (
                "Check an encrypted one, and who sent it.",
                "art20 verify 2026-0017.zip.age --identity key.txt --public-key minisign.pub",
            ),
        ],
        files: &[],
    },
    Page {
        command: "art20-journal",
        examples: &[
            ("Has anybody changed what is written about the runs?", "art20 journal verify"),
            ("Which run made this file, and was it delivered?", "art20 journal find 2026-0017.zip.age"),
            ("It was handed over.", "art20 journal delivered 2026-0017 --channel portal --operator desk"),
        ],
        files: &[
            CONFIGURATION,
            ("JOURNAL", "The file that [journal] in the configuration names: a line for each run, mode 0600."),
            ("JOURNAL.head", "Beside it: number and hash of the last line, so that lines missing at the end show."),
        ],
    },
    Page {
        command: "art20-import",
        examples: &[
            ("Load an archive that came by mail.", "art20 import 2026-0017.zip --into sqlite:received.db"),
            (
                "Export the same records from the database again.",
                "art20 export -c received.toml -s import:1 --identity-check account-login",
            ),
        ],
        files: &[
            ("FILE", "The database. Mode 0600; made or extended in one transaction."),
            (
                "FILE with the ending .toml",
                "Its configuration, which import replaces only while nobody has changed it.",
            ),
        ],
    },
    Page {
        command: "art20-schema",
        examples: &[
            ("List the names.", "art20 schema"),
            ("Let an editor check the configuration while it is written.", "art20 schema configuration"),
        ],
        files: &[],
    },
    Page {
        command: "art20-demo",
        examples: &[
            ("Write the example controller.", "art20 demo example"),
            (
                "Write a large synthetic one, the same for the same seed.",
                "art20 demo large --subjects 1000 --messages 200 --seed 7",
            ),
        ],
        files: &[("DIR/art20.toml", "The configuration of the example, with its stores beside it.")],
    },
    Page {
        command: "art20-completions",
        examples: &[("Let bash complete the arguments.", "art20 completions bash")],
        files: &[],
    },
];

/// Every command and subcommand with the name of its page.
fn commands() -> Vec<(String, clap::Command)> {
    let mut whole = command();
    whole.build();
    let subcommands = whole.get_subcommands().filter(|sub| sub.get_name() != "help").map(|sub| {
        let name = format!("art20-{}", sub.get_name());
        (name, sub.clone())
    });
    let mut all: Vec<(String, clap::Command)> = subcommands.collect();
    all.push(("art20".to_owned(), whole.clone()));
    all
}

fn section(title: &str, entries: &[(Vec<Inline>, &str)], out: &mut Vec<u8>) {
    let mut roff = Roff::default();
    roff.control("SH", [title]);
    for (term, meaning) in entries {
        roff.control("TP", []);
        roff.text(term.clone());
        roff.text([roman(*meaning)]);
    }
    roff.to_writer(out).unwrap();
}

fn render(name: &str, command: clap::Command) -> String {
    let page = PAGES.iter().find(|page| page.command == name);
    let page = page.unwrap_or_else(|| panic!("{name} has no examples: add them to PAGES in tests/man.rs"));
    // The statuses of the help stand in a section of their own here.
    let command = command.after_help(None::<&str>);
    let man = Man::new(command).title(name.to_uppercase()).source(concat!("art20 ", env!("CARGO_PKG_VERSION")));
    let man = man.manual("User Commands");
    let mut out = Vec::new();
    man.render_title(&mut out).unwrap();
    man.render_name_section(&mut out).unwrap();
    man.render_synopsis_section(&mut out).unwrap();
    man.render_description_section(&mut out).unwrap();
    man.render_options_section(&mut out).unwrap();
    if name == "art20" {
        let mut roff = Roff::default();
        roff.control("SH", ["COMMANDS"]);
        for (name, sub) in commands().iter().filter(|(name, _)| name != "art20") {
            roff.control("TP", []);
            roff.text([bold(format!("{name}(1)"))]);
            roff.text([roman(sub.get_about().unwrap_or_default().to_string())]);
        }
        roff.to_writer(&mut out).unwrap();
    }
    let statuses: Vec<_> =
        STATUSES.iter().map(|(status, meaning)| (vec![bold(status.to_string())], *meaning)).collect();
    section("EXIT STATUS", &statuses, &mut out);
    let environment = [
        (
            vec![bold("SOURCE_DATE_EPOCH")],
            "The time that a run counts as made at, in seconds since 1970, unless --as-of gives one.",
        ),
        (vec![bold("NO_COLOR")], "If set, messages have no colour. Colour never carries meaning."),
    ];
    section("ENVIRONMENT", &environment, &mut out);
    if !page.files.is_empty() {
        let files: Vec<_> = page.files.iter().map(|(file, what)| (vec![italic(*file)], *what)).collect();
        section("FILES", &files, &mut out);
    }
    let mut roff = Roff::default();
    roff.control("SH", ["EXAMPLES"]);
    for (what, line) in page.examples {
        if !what.is_empty() {
            roff.control("PP", []);
            roff.text([roman(*what)]);
        }
        roff.control("PP", []);
        roff.control("RS", ["4"]);
        roff.control("nf", []);
        roff.text([roman(*line)]);
        roff.control("fi", []);
        roff.control("RE", []);
    }
    roff.control("SH", ["SEE ALSO"]);
    let others: Vec<String> =
        commands().iter().filter(|(other, _)| other != name).map(|(other, _)| format!("{other}(1)")).collect();
    roff.text([roman(others.join(", "))]);
    roff.control("PP", []);
    roff.text([roman("This program is no legal advice.")]);
    roff.to_writer(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    tidy(&text)
}

/// One preamble for all sections, a heading with its empty date, no white space at the ends of lines.
fn tidy(text: &str) -> String {
    let preamble = |line: &&str| line.starts_with(".ie \\n(.g") || line.starts_with(".el .ds");
    let first: Vec<&str> = text.lines().filter(preamble).take(2).collect();
    let rest = text.lines().filter(|line| !preamble(line));
    let lines = first.into_iter().chain(rest);
    lines.map(|line| format!("{}\n", line.replacen(" 1  \"art20", " 1 \"\" \"art20", 1).trim_end())).collect()
}

#[test]
fn every_command_has_a_page_that_says_what_the_command_line_says() {
    let folder = root().join("man");
    let pages: BTreeMap<String, String> =
        commands().into_iter().map(|(name, command)| (format!("{name}.1"), render(&name, command))).collect();
    if blessing() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in &pages {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut found: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    assert_eq!(
        found,
        pages.keys().cloned().collect::<Vec<_>>(),
        "ART20_BLESS=1 cargo test --test man writes the pages"
    );
    for (name, text) in &pages {
        let written = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(written == *text, "man/{name} is not what the command line says; ART20_BLESS=1 cargo test --test man");
    }
}

#[test]
fn every_example_of_the_pages_is_a_command_line_that_art20_takes() {
    for page in &PAGES {
        assert!(!page.examples.is_empty(), "{}", page.command);
        for (_, line) in page.examples {
            // A text between quotation marks is one argument.
            let parts = line.split('\'').enumerate();
            let words = parts.flat_map(|(at, part)| match at % 2 {
                1 => vec![part],
                _ => part.split_whitespace().collect(),
            });
            let parsed = command().try_get_matches_from(words);
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
        }
    }
}

#[test]
fn the_statuses_of_the_help_are_those_of_the_manual() {
    // The help breaks long lines.
    let help = command().render_long_help().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    for (status, meaning) in STATUSES {
        assert!(help.contains(&format!(" {status} {meaning}")), "{status}");
    }
}
