//! `art20 journal`: what was done, by whom, and delivered; and whether anybody changed what is written about it.

use super::args::{JournalCommand, JournalOptions};
use super::failure::{Failure, printable};
use super::say::say;
use crate::archive::container::hex;
use crate::controller::Controller;
use crate::receipt::journal::{Chain, Entry, Journal, JournalError};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{Read as _, Write};
use std::path::Path;
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &JournalOptions) -> anyhow::Result<ExitCode> {
    let controller = Controller::read(&options.config).map_err(Failure::from)?;
    let Some(place) = &controller.journal else {
        let what = format!("the configuration {} names no journal", options.config.display());
        return Err(
            Failure::new(3, what, "Add [journal] with `file = \"FILE\"`; every run is then entered there.").into()
        );
    };
    let journal = Journal::new(place);
    let mut out = std::io::stdout().lock();
    match &options.command {
        JournalCommand::Verify { contains } => verify(&journal, contains.as_deref(), options.json, &mut out),
        JournalCommand::Show => show(&journal, |_| true, options.json, &mut out),
        JournalCommand::Find { file } => {
            let origins = journal.origins(&digest(file)?).map_err(Failure::from)?;
            show(&journal, |entry| origins.iter().any(|sha256| entry.is_about(sha256)), options.json, &mut out)
        }
        JournalCommand::Delivered { reference, channel, file, operator } => {
            let sha256 = file.as_deref().map(digest).transpose()?;
            let now = super::clock::surroundings().now;
            let delivery =
                journal.delivered(now(), reference, channel.as_deref(), operator.as_deref(), sha256.as_deref());
            let delivery = delivery.map_err(Failure::from)?;
            if options.json {
                serde_json::to_writer_pretty(&mut out, &delivery)?;
                writeln!(out)?;
            } else {
                say!("{}: noted as delivered", delivery.reference);
                say!("sha256 {}", delivery.sha256());
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn verify(journal: &Journal, contains: Option<&str>, as_json: bool, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut known = contains.is_none();
    let chain = journal.read(|_, text| {
        known |= contains.is_some_and(|wanted| hex(&Sha256::digest(text)).eq_ignore_ascii_case(wanted.trim()));
    });
    let chain = chain.map_err(Failure::from)?;
    let whole = chain.faults.is_empty() && known;
    if as_json {
        let result = json!({
            "whole": whole, "lines": chain.lines, "last_sha256": chain.last_sha256, "contains": contains.map(|_| known),
            "faults": chain.faults,
        });
        serde_json::to_writer_pretty(&mut *out, &result)?;
        writeln!(out)?;
    } else {
        writeln!(out, "lines       {}", chain.lines)?;
        writeln!(out, "last        {}", chain.last_sha256)?;
        if !known {
            writeln!(out, "the noted line is not in the journal")?;
        }
        faults(&chain, out)?;
        if whole {
            writeln!(out, "whole: no line was changed, removed or moved")?;
        }
    }
    Ok(ExitCode::from(if whole { 0 } else { 6 }))
}

fn faults(chain: &Chain, out: &mut impl Write) -> std::io::Result<()> {
    chain.faults.iter().try_for_each(|fault| writeln!(out, "{fault}"))
}

/// Shows the lines that are wanted; none is an answer too, but not for whoever looks for a file.
fn show(
    journal: &Journal,
    wanted: impl Fn(&Entry) -> bool,
    as_json: bool,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let (mut lines, mut entries): (Vec<Value>, Vec<Entry>) = (Vec::new(), Vec::new());
    let chain = journal.read(|entry, text| {
        if wanted(entry) {
            lines.extend(serde_json::from_str::<Value>(text));
            entries.push(entry.clone());
        }
    });
    let chain = chain.map_err(Failure::from)?;
    if entries.is_empty() {
        return Err(Failure::from(JournalError::NotFound(journal.path().to_owned())).into());
    }
    if as_json {
        serde_json::to_writer_pretty(&mut *out, &lines)?;
        writeln!(out)?;
    } else {
        table(&entries, out)?;
    }
    if !chain.faults.is_empty() {
        say!("warning: the journal is not whole; `art20 journal verify` says where");
    }
    Ok(ExitCode::SUCCESS)
}

fn table(entries: &[Entry], out: &mut impl Write) -> std::io::Result<()> {
    let heading = ["line", "at", "what", "reference", "by", "sha256"].map(str::to_owned);
    let rows = entries.iter().map(|entry| {
        let what = match (&entry.outcome, entry.why.as_ref().or(entry.reason.as_ref()), &entry.channel) {
            (Some(outcome), Some(why), _) => format!("{} {outcome} ({why})", entry.event),
            (Some(outcome), None, _) => format!("{} {outcome}", entry.event),
            (None, _, Some(channel)) => format!("{} by {channel}", entry.event),
            _ => entry.event.clone(),
        };
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let sha256 = entry.files().next().map(|file| file.sha256.clone());
        let second = |at: &str| at.split_once('.').map_or(at.to_owned(), |(second, _)| format!("{second}Z"));
        let (reference, operator) = (or_dash(&entry.reference), or_dash(&entry.operator));
        [entry.number.to_string(), second(&entry.at), what, reference, operator, or_dash(&sha256)]
    });
    let rows: Vec<[String; 6]> =
        std::iter::once(heading).chain(rows).map(|row| row.map(|cell| printable(&cell).replace('\n', " "))).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// SHA-256 of a file.
fn digest(path: &Path) -> Result<String, Failure> {
    let read = || -> std::io::Result<String> {
        let (mut file, mut hasher) = (File::open(path)?, Sha256::new());
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(hex(&hasher.finalize())),
                Ok(read) => hasher.update(&buffer[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    };
    read().map_err(|error| {
        let what = format!("the file {} cannot be read: {error}", path.display());
        Failure::new(1, what, "Check the path, and that this account may read it.")
    })
}
