//! Handing over (requirements G6, I5): which file of a request went to the person, by which way, and by whom.

use super::JournalError;
use super::append::Journal;
use super::line::{DeliveredFile, Delivery, Entry, Event};
use jiff::Timestamp;

/// What the runs for a request made, the latest last.
#[derive(Default)]
struct Made {
    runs: Vec<Run>,
}

/// One run that made something.
struct Run {
    operator: Option<String>,
    archive: Option<String>,
    letter: Option<String>,
}

impl Made {
    fn see(&mut self, entry: &Entry) {
        if !matches!(entry.event.as_str(), "export" | "refusal" | "extension") {
            return;
        }
        let sha256 = |file: &Option<super::NamedFile>| file.as_ref().map(|file| file.sha256.clone());
        match entry.outcome.as_deref() {
            Some("done" | "partial") => self.runs.push(Run {
                operator: entry.operator.clone(),
                archive: sha256(&entry.archive),
                letter: sha256(&entry.letter),
            }),
            Some("withdrawn") => drop(self.runs.pop()),
            _ => {}
        }
    }

    /// The run that made the file, or the latest run for a file that was made from what it made.
    fn run(&self, sha256: Option<&str>) -> Option<&Run> {
        let is_of = |run: &&Run| [&run.archive, &run.letter].into_iter().flatten().any(|made| Some(&**made) == sha256);
        self.runs.iter().rev().find(is_of).or(self.runs.last())
    }
}

impl Journal {
    /// Notes that what the last successful run for a request made was handed over, or the file with the SHA-256 `made`:
    /// what an earlier run made, or what was made from the last.
    ///
    /// # Errors
    /// When no run made anything for the reference, the channel may name a person, the same person made it and two
    /// people are asked for, or [`Journal::append`] fails.
    pub fn delivered(
        &self,
        now: Timestamp,
        reference: &str,
        channel: Option<&str>,
        operator: Option<&str>,
        made: Option<&str>,
    ) -> Result<Delivery, JournalError> {
        let channel = channel.map(str::trim);
        if channel.is_some_and(|channel| channel.is_empty() || may_name_a_person(channel)) {
            return Err(JournalError::Personal);
        }
        let mut known = Made::default();
        self.read(|entry, _| {
            if entry.reference.as_deref() == Some(reference) {
                known.see(entry);
            }
        })?;
        let run = known.run(made).ok_or_else(|| JournalError::NotFound(self.path().to_owned()))?;
        if self.two_people {
            two_people(run.operator.as_deref(), operator)?;
        }
        let is_letter = run.archive.is_none() || (made.is_some() && run.letter.as_deref() == made);
        let own = if is_letter { &run.letter } else { &run.archive };
        let own = own.clone().ok_or_else(|| JournalError::NotFound(self.path().to_owned()))?;
        let file = match made.filter(|made| *made != own) {
            Some(other) => DeliveredFile { sha256: other.to_owned(), made_from: Some(own) },
            None => DeliveredFile { sha256: own, made_from: None },
        };
        let (archive, letter) = if is_letter { (None, Some(file)) } else { (Some(file), None) };
        let delivery = Delivery {
            reference: reference.to_owned(),
            channel: channel.map(str::to_owned),
            operator: operator.map(str::to_owned),
            archive,
            letter,
        };
        self.append(now, &Event::Delivered(delivery.clone()))?;
        Ok(delivery)
    }

    /// The hashes that a file with this SHA-256 goes under: its own, and those of the files that it was made from.
    ///
    /// # Errors
    /// When there is no journal, or it cannot be read.
    pub fn origins(&self, sha256: &str) -> Result<Vec<String>, JournalError> {
        let mut origins = vec![sha256.to_owned()];
        self.read(|entry, _| {
            let file = entry.files().find(|file| file.sha256 == sha256);
            origins.extend(file.and_then(|file| file.made_from.clone()));
        })?;
        Ok(origins)
    }
}

/// Who made it and who hands it over have names, and not the same.
fn two_people(made: Option<&str>, handed: Option<&str>) -> Result<(), JournalError> {
    let name = |name: Option<&str>| name.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
    match (name(made), name(handed)) {
        (Some(made), Some(handed)) if made != handed => Ok(()),
        (Some(_), Some(_)) => Err(JournalError::OnePerson),
        _ => Err(JournalError::NoName),
    }
}

/// Whether a text has an address or a number that could be somebody's: the journal names no person (law 8).
fn may_name_a_person(channel: &str) -> bool {
    let digits = channel.chars().filter(|c| c.is_numeric()).count();
    channel.contains(['@', '\n', '\r']) || digits >= 6 || channel.chars().count() > 100
}
