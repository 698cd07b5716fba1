//! A zip file encrypted as WinZip does (AE-2, AES-256), which 7-Zip and Keka open: one stored file, so that neither
//! names nor sizes of the archive show.

use super::error::UnlockError;
use super::passphrase::Passphrase;
use super::spool::{SpoolReader, Spools};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{AesMode, CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The name of the one file.
const INSIDE: &str = "archive.zip";

/// 7-Zip takes no more characters.
pub(super) const LONGEST_PASSPHRASE: usize = 99;

/// A zip file under way.
pub(super) type ZipSealer<W> = ZipWriter<StreamWriter<Quiet<W>>>;

/// Takes nothing more after it failed once: a writer of zip files that is dropped tries to end its file, and says to
/// standard error that it cannot.
pub struct Quiet<W> {
    inner: W,
    failed: bool,
}

impl<W: Write> Quiet<W> {
    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| self.failed |= error.kind() != io::ErrorKind::Interrupted)
    }
}

impl<W: Write> Write for Quiet<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(data.len());
        }
        let written = self.inner.write(data);
        self.failed |= !data.is_empty() && matches!(written, Ok(0));
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.note(flushed)
    }
}

/// Begins an encrypted zip file.
pub(super) fn seal<W: Write>(inner: W, passphrase: &Passphrase) -> io::Result<ZipSealer<W>> {
    let mut zip = ZipWriter::new_stream(Quiet { inner, failed: false });
    // The size is not known yet, so the entry is told to be large.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o600)
        .large_file(true)
        .with_aes_encryption(AesMode::Aes256, passphrase.text());
    zip.start_file(INSIDE, options).map_err(plain)?;
    Ok(zip)
}

/// Ends it.
pub(super) fn finish<W: Write>(zip: ZipSealer<W>) -> io::Result<W> {
    let Quiet { inner, failed } = zip.finish().map(StreamWriter::into_inner).map_err(plain)?;
    // Whoever goes on after a failure does not have a whole file.
    if failed { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(inner) }
}

/// What became of an attempt to open a zip file.
pub(super) enum Attempt {
    /// It is open.
    Opened(SpoolReader),
    /// It is not encrypted, or not a zip file.
    Other,
    /// It was changed or cut off.
    Broken(&'static str),
}

/// Opens a zip file that holds nothing but one encrypted file, whatever its name. It can only be read from front to
/// back, so it is laid aside, authenticated as a whole before anything of it is looked at.
pub(super) fn open(
    file: &File,
    passphrase: Option<&Passphrase>,
    folder: &Path,
    most: u64,
) -> Result<Attempt, UnlockError> {
    // An archive of millions of files has a long directory, which is only worth reading with a passphrase at hand.
    let Some(passphrase) = passphrase else { return Ok(Attempt::Other) };
    let mut archive = match ZipArchive::new(BufReader::new(file.try_clone()?)) {
        Ok(archive) => archive,
        Err(ZipError::Io(cause)) if cause.raw_os_error().is_some() => return Err(UnlockError::Io(cause)),
        Err(_) => return Ok(Attempt::Other),
    };
    let alone = archive.len() == 1 && archive.by_index_raw(0).is_ok_and(|entry| entry.encrypted() && entry.is_file());
    if !alone {
        return Ok(Attempt::Other);
    }
    let mut entry = match archive.by_index_decrypt(0, passphrase.text().as_bytes()) {
        Ok(entry) => entry,
        Err(ZipError::InvalidPassword) => return Err(UnlockError::WrongPassphrase),
        Err(ZipError::Io(cause)) if cause.raw_os_error().is_some() => return Err(UnlockError::Io(cause)),
        Err(_) => return Ok(Attempt::Broken("its one file cannot be opened")),
    };
    let mut spool = Spools::new(folder)?.spool();
    let mut buffer = vec![0; 64 * 1024];
    let mut total = 0;
    loop {
        match entry.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                total += read as u64;
                if total > most {
                    return Ok(Attempt::Broken("it unpacks to more than the limit allows"));
                }
                spool.write_all(&buffer[..read])?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.raw_os_error().is_some() => return Err(UnlockError::Io(error)),
            Err(_) => return Ok(Attempt::Broken("its one file does not decrypt as a whole")),
        }
    }
    let mut reader = spool.into_reader()?;
    reader.rewind()?;
    Ok(Attempt::Opened(reader))
}

fn plain(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(cause) => cause,
        other => io::Error::other(other.to_string()),
    }
}
