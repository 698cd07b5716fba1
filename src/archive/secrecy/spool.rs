//! What a run has to lay aside for a moment: unreadable on the disk, because its key is only in memory, and without a
//! name, so that it is gone with the process.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::{SpooledData, SpooledTempFile};
use zeroize::Zeroizing;

/// Bytes up to which a spool stays in memory.
const IN_MEMORY: usize = 256 * 1024;

/// Bytes that are encrypted at once.
const PIECE: usize = 16 * 1024;

/// Bytes that are read back at once by whoever reads all of it.
const READ_PIECE: u64 = 256 * 1024;

/// Makes spools in one folder, all with the key of one run.
pub struct Spools {
    folder: PathBuf,
    key: Arc<Zeroizing<[u8; 32]>>,
    made: Cell<u64>,
}

/// What one spool is encrypted with.
#[derive(Clone)]
struct SpoolKey {
    key: Arc<Zeroizing<[u8; 32]>>,
    nonce: [u8; 12],
}

impl SpoolKey {
    /// The cipher at this place.
    fn cipher(&self, place: u64) -> io::Result<ChaCha20> {
        let mut cipher = ChaCha20::new((&**self.key).into(), &self.nonce.into());
        cipher.try_seek(place).map_err(io::Error::other)?;
        Ok(cipher)
    }
}

impl Spools {
    /// Spools that grow out of memory into `folder`.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new(folder: &Path) -> io::Result<Spools> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut()).map_err(io::Error::other)?;
        Ok(Spools { folder: folder.to_owned(), key: Arc::new(key), made: Cell::new(0) })
    }

    /// An empty spool.
    pub fn spool(&self) -> Spool {
        let number = self.made.replace(self.made.get() + 1);
        // No two spools of a key may have the same nonce.
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        let cipher = ChaCha20::new((&**self.key).into(), &nonce.into());
        let file = tempfile::spooled_tempfile_in(IN_MEMORY, &self.folder);
        Spool { file, key: SpoolKey { key: self.key.clone(), nonce }, cipher, piece: Vec::new(), size: 0 }
    }
}

/// A file that is written once from front to back and then read. ChaCha20 encrypts it; nothing authenticates it,
/// because whoever can change a nameless file of this process can change the process.
pub struct Spool {
    file: SpooledTempFile,
    key: SpoolKey,
    cipher: ChaCha20,
    piece: Vec<u8>,
    size: u64,
}

impl Spool {
    /// The same from its beginning, to be read.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn into_reader(mut self) -> io::Result<SpoolReader> {
        self.write_piece()?;
        self.file.rewind()?;
        self.cipher.try_seek(0).map_err(io::Error::other)?;
        Ok(SpoolReader { file: self.file, cipher: self.cipher, position: 0, size: self.size })
    }

    /// The same in pieces, in order; each can be read by another thread, before or after the others.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn into_pieces(mut self) -> io::Result<impl Iterator<Item = SpoolPiece>> {
        self.write_piece()?;
        let laid_aside = Arc::new(match self.file.into_inner() {
            SpooledData::InMemory(bytes) => LaidAside::InMemory(bytes.into_inner()),
            SpooledData::OnDisk(file) => LaidAside::OnDisk(Mutex::new(file)),
        });
        let (key, size) = (self.key, self.size);
        let starts = std::iter::successors(Some(0), |start| Some(start + READ_PIECE)).take_while(move |at| *at < size);
        Ok(starts.map(move |start| SpoolPiece {
            laid_aside: laid_aside.clone(),
            key: key.clone(),
            start,
            bytes: READ_PIECE.min(size - start),
        }))
    }

    fn write_piece(&mut self) -> io::Result<()> {
        self.cipher.try_apply_keystream(&mut self.piece).map_err(io::Error::other)?;
        self.file.write_all(&self.piece)?;
        self.size += self.piece.len() as u64;
        self.piece.clear();
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE {
            self.write_piece()?;
        }
        let taken = data.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&data[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where the encrypted bytes are.
enum LaidAside {
    InMemory(Vec<u8>),
    OnDisk(Mutex<File>),
}

/// A piece of a spool that can still be read.
pub struct SpoolPiece {
    laid_aside: Arc<LaidAside>,
    key: SpoolKey,
    start: u64,
    bytes: u64,
}

impl SpoolPiece {
    /// How many bytes it has.
    pub fn bytes(&self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX)
    }

    /// What was written.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn read(self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.bytes());
        match &*self.laid_aside {
            LaidAside::InMemory(all) => {
                let from = usize::try_from(self.start).map_err(io::Error::other)?;
                bytes.extend_from_slice(&all[from..from + self.bytes()]);
            }
            LaidAside::OnDisk(file) => {
                // Only reading is one after the other, decrypting is not.
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(self.start))?;
                if (&mut *file).take(self.bytes).read_to_end(&mut bytes)? != self.bytes() {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        self.key.cipher(self.start)?.try_apply_keystream(&mut bytes).map_err(io::Error::other)?;
        Ok(bytes)
    }
}

/// A spool that is read, from anywhere.
pub struct SpoolReader {
    file: SpooledTempFile,
    cipher: ChaCha20,
    position: u64,
    size: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.cipher.try_apply_keystream(&mut buffer[..read]).map_err(io::Error::other)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for SpoolReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
        };
        let place = place.ok_or(io::ErrorKind::InvalidInput)?;
        if place != self.position {
            self.file.seek(SeekFrom::Start(place))?;
            self.cipher.try_seek(place).map_err(io::Error::other)?;
            self.position = place;
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tempfile::SpooledData;

    fn filled(spools: &Spools, pieces: &[Vec<u8>]) -> Spool {
        let mut spool = spools.spool();
        for piece in pieces {
            spool.write_all(piece).unwrap();
        }
        spool
    }

    fn spool(pieces: &[Vec<u8>]) -> Spool {
        filled(&Spools::new(&std::env::temp_dir()).unwrap(), pieces)
    }

    /// What stands in the memory or on the disk.
    fn raw(reader: SpoolReader) -> (Vec<u8>, bool) {
        match reader.file.into_inner() {
            SpooledData::InMemory(bytes) => (bytes.into_inner(), false),
            SpooledData::OnDisk(mut file) => {
                let mut bytes = Vec::new();
                file.rewind().unwrap();
                file.read_to_end(&mut bytes).unwrap();
                (bytes, true)
            }
        }
    }

    #[test]
    fn on_the_disk_nothing_of_it_can_be_read() {
        let line = b"canary in every line of it\n".to_vec();
        for (lines, on_disk) in [(1, false), (40_000, true)] {
            let (bytes, there) = raw(spool(&vec![line.clone(); lines]).into_reader().unwrap());
            assert_eq!((bytes.len(), there), (lines * line.len(), on_disk));
            assert!(!bytes.windows(6).any(|window| window == b"canary" || window == [0; 6]));
        }
    }

    #[test]
    fn two_spools_of_the_same_bytes_differ_on_the_disk() {
        let spools = Spools::new(&std::env::temp_dir()).unwrap();
        let of = |spools| raw(filled(spools, &[vec![7; 1000]]).into_reader().unwrap()).0;
        assert_ne!(of(&spools), of(&spools));
        assert_ne!(of(&spools), of(&Spools::new(&std::env::temp_dir()).unwrap()));
    }

    proptest! {
        #[test]
        fn its_pieces_are_what_was_written_whoever_reads_them_first(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200_000), 0..8),
        ) {
            let mut read: Vec<(u64, Vec<u8>)> = Vec::new();
            let spooled: Vec<SpoolPiece> = spool(&pieces).into_pieces().unwrap().collect();
            for piece in spooled.into_iter().rev() {
                let (start, length) = (piece.start, piece.bytes());
                read.push((start, piece.read().unwrap()));
                prop_assert_eq!(read.last().unwrap().1.len(), length);
            }
            let in_order: Vec<u8> = read.into_iter().rev().flat_map(|(_, bytes)| bytes).collect();
            prop_assert!(in_order == pieces.concat());
        }

        #[test]
        fn what_is_read_from_any_place_is_what_was_written_there(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40_000), 0..20),
            places in prop::collection::vec(0.0..1.0f64, 1..10),
        ) {
            let all = pieces.concat();
            let mut reader = spool(&pieces).into_reader().unwrap();
            for place in places {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
                let at = (all.len() as f64 * place) as usize;
                reader.seek(SeekFrom::Start(at as u64)).unwrap();
                let mut read = Vec::new();
                reader.by_ref().take(5000).read_to_end(&mut read).unwrap();
                prop_assert_eq!(&read, &all[at..(at + 5000).min(all.len())]);
            }
        }
    }
}
