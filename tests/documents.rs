//! README.md and docs/ say what happens: their commands are run, their tables are made from the code, and the tree of
//! the archive is held against an archive. `ART20_BLESS=1` writes outputs and tables anew.

mod common;

use art20::archive::verify::FaultCode;
use art20::cli::STATUSES;
use art20::controller::RemarkCode;
use art20::findings::FindingCode;
use art20::letter::RefusalReason;
use art20::receipt::journal::JournalFaultCode;
use art20::records::Code;
use common::{art20, blessing, fixture, root, scratch, tool, tool_path};
use std::path::Path;
use std::process::Command;

/// A fenced block: its info string, and the lines in it.
struct Block {
    before: String,
    info: String,
    lines: Vec<String>,
}

/// A page as text and blocks, in turn.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = vec![Block { before: String::new(), info: String::new(), lines: Vec::new() }];
    let mut inside = false;
    for line in page.lines() {
        let last = blocks.last_mut().unwrap();
        match (line.strip_prefix("```"), inside) {
            (Some(info), false) => {
                last.info = info.to_owned();
                inside = true;
            }
            (Some(_), true) => {
                inside = false;
                blocks.push(Block { before: String::new(), info: String::new(), lines: Vec::new() });
            }
            (None, true) => last.lines.push(line.to_owned()),
            (None, false) => last.before.push_str(&format!("{line}\n")),
        }
    }
    blocks
}

/// What a shell prints for a command of a page, standard error included.
fn output(command: &str, folder: &Path) -> Vec<String> {
    let script = format!("cargo() {{ shift 2; art20 \"$@\"; }}\n{command}");
    let binary = Path::new(env!("CARGO_BIN_EXE_art20")).parent().unwrap();
    let run = Command::new("sh")
        .args(["-c", &format!("{{ {script}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", format!("{}:{}", binary.display(), tool_path()))
        .env_remove("SOURCE_DATE_EPOCH")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    String::from_utf8(run.stdout).unwrap().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Runs every command of the `console` blocks of a page in one folder, and compares what they print.
fn run_page(path: &str) {
    let page = std::fs::read_to_string(root().join(path)).unwrap();
    let folder = scratch();
    std::os::unix::fs::symlink(root().join("fixtures"), folder.path().join("fixtures")).unwrap();
    let (mut blessed, mut commands) = (String::new(), 0);
    for block in blocks(&page) {
        blessed.push_str(&block.before);
        if block.info.is_empty() && block.lines.is_empty() {
            continue;
        }
        if let Some(name) = block
            .before
            .trim_end()
            .lines()
            .last()
            .and_then(|line| line.strip_prefix("<!-- file: ")?.strip_suffix(" -->"))
        {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, block.lines.join("\n") + "\n").unwrap();
        }
        let needed = block.info.split_once("needs=").map(|(_, name)| name);
        let mut lines = block.lines.clone();
        if block.info.starts_with("console") && needed.is_none_or(tool) {
            lines.clear();
            for command in block.lines.iter().filter(|line| line.starts_with("$ ")) {
                commands += 1;
                lines.push(command.clone());
                lines.extend(output(&command[2..], folder.path()));
            }
            assert!(blessing() || lines == block.lines, "{path} is out of date:\n{}", lines.join("\n"));
        }
        blessed.push_str(&format!("```{}\n{}\n```\n", block.info, lines.join("\n")));
    }
    assert!(commands > 0, "{path} shows commands");
    if blessing() {
        std::fs::write(root().join(path), blessed).unwrap();
    }
}

#[test]
fn the_commands_of_the_readme_print_what_it_shows() {
    run_page("README.md");
}

#[test]
fn the_commands_of_the_page_on_the_configuration_print_what_it_shows() {
    run_page("docs/configuration.md");
}

#[test]
fn the_tree_of_the_readme_is_that_of_the_example() {
    let page = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = blocks(&page).into_iter().find(|block| block.before.ends_with("<!-- tree -->\n")).unwrap();
    let patterns: Vec<&str> = block.lines.iter().map(|line| line.split(' ').next().unwrap()).collect();
    let folder = scratch();
    let archive = folder.path().join("a.zip");
    let run = art20()
        .args(["export", "-q", "-s", "email:anna.mueller@example.org", "--identity-check", "account-login"])
        .args(["--as-of", "2026-11-23T12:00:00Z", "-c"])
        .arg(fixture("trexlabel/art20.toml"))
        .arg("-o")
        .arg(&archive)
        .status();
    assert!(run.unwrap().success());
    let zip = zip::ZipArchive::new(std::fs::File::open(&archive).unwrap()).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in &names {
        assert!(patterns.iter().any(|pattern| matches(pattern, name)), "the tree of README.md lacks {name}");
    }
    for pattern in patterns {
        assert!(names.iter().any(|name| matches(pattern, name)), "README.md shows {pattern}, which the archive lacks");
    }
}

/// Whether a path is one of a pattern with `*` for a part of a name.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, after)) => path.strip_prefix(before).is_some_and(|rest| {
            let end = rest.find('/').unwrap_or(rest.len());
            (0..=end).any(|at| rest.is_char_boundary(at) && matches(after, &rest[at..]))
        }),
    }
}

fn table(heading: &[&str], rows: Vec<Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(heading.iter().map(|cell| (*cell).to_owned()).collect());
    text.push_str(&format!("|{}\n", "---|".repeat(heading.len())));
    text.extend(rows.into_iter().map(line));
    text
}

#[test]
fn the_tables_of_the_manual_hold_every_code_and_status() {
    let code = |code: &str| format!("`{code}`");
    let yes = |yes: bool| if yes { "yes" } else { "" }.to_owned();
    let statuses = STATUSES.iter().map(|(status, meaning)| vec![status.to_string(), (*meaning).to_owned()]);
    let scope = Code::ALL.iter().map(|c| vec![code(c.as_str()), c.provision().to_owned(), c.sentence().en.to_owned()]);
    let findings = FindingCode::ALL.iter().map(|c| {
        let told = c.told().map_or(String::new(), |told| told.en.to_owned());
        vec![code(c.as_str()), c.sentence().to_owned(), told]
    });
    let refusals = RefusalReason::ALL.iter().map(|r| {
        let evidence = yes(r.needs_evidence());
        vec![code(r.as_str()), r.provision().to_owned(), evidence, r.sentence().en.to_owned()]
    });
    let remarks =
        RemarkCode::ALL.iter().map(|c| vec![code(c.as_str()), c.level().as_str().to_owned(), c.sentence().to_owned()]);
    let faults = FaultCode::ALL.iter().map(|c| {
        let word = if c.breaks_completeness() { "incomplete" } else { "invalid" };
        vec![code(c.as_str()), word.to_owned(), c.sentence().to_owned()]
    });
    let journal = JournalFaultCode::ALL.iter().map(|c| vec![code(c.as_str()), c.sentence().to_owned()]);
    let tables = [
        ("journal faults", table(&["code", "meaning"], journal.collect())),
        ("statuses", table(&["status", "meaning"], statuses.collect())),
        ("scope codes", table(&["code", "rests on", "what the person reads"], scope.collect())),
        ("findings", table(&["code", "meaning", "what the person reads"], findings.collect())),
        ("refusals", table(&["code", "rests on", "needs evidence", "what the person reads"], refusals.collect())),
        ("remarks", table(&["code", "level", "meaning"], remarks.collect())),
        ("faults", table(&["code", "the archive is", "meaning"], faults.collect())),
    ];
    let path = root().join("docs/manual.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut blessed = page.clone();
    for (name, table) in &tables {
        let mark = format!("<!-- {name} -->\n");
        let start = blessed.find(&mark).unwrap_or_else(|| panic!("docs/manual.md has no {mark}")) + mark.len();
        let end = start + blessed[start..].find("<!-- end -->").unwrap();
        blessed.replace_range(start..end, &format!("\n{table}\n"));
    }
    if blessing() {
        std::fs::write(&path, &blessed).unwrap();
    }
    let page = if blessing() { blessed.clone() } else { page };
    assert!(page == blessed, "docs/manual.md is out of date: ART20_BLESS=1 cargo test --test documents");
}

#[test]
fn the_commands_of_the_page_on_batches_print_what_it_shows() {
    run_page("docs/batch.md");
}

#[test]
fn links_of_the_pages_lead_to_files() {
    for page in [
        "README.md",
        "SECURITY.md",
        "docs/encryption.md",
        "docs/journal.md",
        "docs/assurance.md",
        "docs/fuzzing.md",
        "docs/least-privilege.md",
        "docs/release.md",
        "CHANGELOG.md",
        "docs/manual.md",
        "docs/batch.md",
        "docs/configuration.md",
        "fixtures/README.md",
    ] {
        let path = root().join(page);
        let text = std::fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let outside = link.starts_with("http") || link.starts_with('#');
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let there = path.parent().unwrap().join(file);
            assert!(outside || there.exists(), "{page}: {link}");
            if !outside && !heading.is_empty() {
                let page = std::fs::read_to_string(there).unwrap();
                let mut headings = page.lines().filter_map(|line| line.strip_prefix("## "));
                assert!(headings.any(|own| own.to_lowercase().replace(' ', "-") == heading), "{link}");
            }
        }
    }
}
