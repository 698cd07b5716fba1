//! Every way of keeping an archive secret, there and back; and what is changed on the way does not come back.

use super::*;
use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use proptest::prelude::*;
use rawzip::ReaderAt;
use std::io::{Seek, Write};

/// Small enough not to be slow, large enough to cross the pieces of age.
const SIZES: [usize; 6] = [0, 1, 65_535, 65_536, 65_537, 200_000];

fn data(size: usize) -> Vec<u8> {
    (0..size).map(|n| u8::try_from((n * 31 + n / 251) % 256).unwrap()).collect()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.as_bytes()).unwrap()
}

fn sealed(secrecy: &Secrecy, data: &[u8]) -> Vec<u8> {
    let mut sealer = Sealer::new(Vec::new(), secrecy).unwrap();
    data.chunks(9_973).for_each(|piece| sealer.write_all(piece).unwrap());
    sealer.finish().unwrap()
}

fn unlock(bytes: &[u8], keys: &Keys) -> Result<Unlocked, UnlockError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    keys.unlock(file, 1 << 30)
}

/// The plaintext, or why there is none.
fn opened(bytes: &[u8], keys: &Keys) -> Result<Vec<u8>, String> {
    match unlock(bytes, keys) {
        Ok(Unlocked::Opened(ciphertext)) => {
            let mut read = vec![0; usize::try_from(ciphertext.size()).unwrap()];
            match ciphertext.read_exact_at(&mut read, 0) {
                Ok(()) => Ok(read),
                Err(_) => {
                    assert!(ciphertext.is_broken());
                    Err("broken".into())
                }
            }
        }
        Ok(Unlocked::Broken(detail)) => Err(detail.into()),
        Ok(Unlocked::Plain(_)) => Err("plain".into()),
        Ok(Unlocked::Locked) => Err("locked".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// A pair of keys: to encrypt with, to open with.
fn pair() -> (String, Keys) {
    let identity = Identity::generate();
    let mut keys = Keys::default();
    keys.add_identities(format!("# invented\n{}\n", identity.to_string().expose_secret()).as_bytes()).unwrap();
    (identity.to_public().to_string(), keys)
}

fn zip_keys(text: &str) -> Keys {
    let mut keys = Keys::default();
    keys.set_zip_passphrase(passphrase(text));
    keys
}

#[test]
fn what_is_encrypted_to_keys_each_of_them_opens() {
    let ((first, first_keys), (second, second_keys)) = (pair(), pair());
    let secrecy = Secrecy::recipients(&[first, second]).unwrap();
    for size in SIZES {
        let bytes = sealed(&secrecy, &data(size));
        assert!(opened(&bytes, &first_keys) == Ok(data(size)) && opened(&bytes, &second_keys) == Ok(data(size)));
    }
    let bytes = sealed(&secrecy, b"x");
    assert_eq!(opened(&bytes, &pair().1), Err(UnlockError::WrongKey.to_string()));
    assert_eq!(opened(&bytes, &Keys::default()), Err("locked".into()));
    assert_eq!(opened(&bytes, &zip_keys("x")), Err("locked".into()));
}

#[test]
fn what_is_encrypted_with_a_passphrase_only_that_opens() {
    let bytes = sealed(&Secrecy::Passphrase(passphrase("mot de passe: été 秘密")), &data(70_000));
    let with = |text| {
        let mut keys = pair().1;
        keys.set_passphrase(passphrase(text));
        keys
    };
    assert!(opened(&bytes, &with("mot de passe: été 秘密")) == Ok(data(70_000)));
    assert_eq!(opened(&bytes, &with("mot de passe")), Err(UnlockError::WrongPassphrase.to_string()));
    assert!(matches!(unlock(&bytes, &pair().1), Err(UnlockError::OtherKind(_))));
}

#[test]
fn what_is_encrypted_as_a_zip_shows_one_name_and_no_checksum() {
    let secrecy = Secrecy::zip(passphrase("p")).unwrap();
    for size in SIZES {
        let bytes = sealed(&secrecy, &data(size));
        assert!(opened(&bytes, &zip_keys("p")) == Ok(data(size)));
        assert_eq!(opened(&bytes, &Keys::default()), Err("plain".into()));
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
        assert_eq!(zip.len(), 1);
        let entry = zip.by_index_raw(0).unwrap();
        assert!(entry.encrypted() && entry.name().unwrap() == "archive.zip");
        // AE-2: the CRC-32 of the plaintext would let anybody test what it is.
        assert_eq!(entry.crc32(), 0);
    }
    assert_eq!(opened(&sealed(&secrecy, b"x"), &zip_keys("q")), Err(UnlockError::WrongPassphrase.to_string()));
}

#[test]
fn the_same_archive_never_gives_the_same_ciphertext_twice() {
    let secrecies = [Secrecy::recipients(&[pair().0]).unwrap(), Secrecy::zip(passphrase("p")).unwrap()];
    for secrecy in secrecies {
        assert_ne!(sealed(&secrecy, &data(100)), sealed(&secrecy, &data(100)));
    }
}

#[test]
fn an_age_file_written_as_text_is_opened_too() {
    let (recipient, keys) = pair();
    let recipient: age::x25519::Recipient = recipient.parse().unwrap();
    let armored = age::encrypt_and_armor(&recipient, &data(150_000)).unwrap();
    assert!(armored.starts_with("-----BEGIN"));
    assert!(opened(armored.as_bytes(), &keys) == Ok(data(150_000)));
}

#[test]
fn any_place_can_be_read_without_what_is_before_it() {
    let (recipient, keys) = pair();
    let cases =
        [(Secrecy::recipients(&[recipient]).unwrap(), keys), (Secrecy::zip(passphrase("p")).unwrap(), zip_keys("p"))];
    let all = data(300_000);
    for (secrecy, keys) in cases {
        let Ok(Unlocked::Opened(ciphertext)) = unlock(&sealed(&secrecy, &all), &keys) else { panic!("it opens") };
        for at in [299_999, 0, 65_536, 65_535, 131_072, 1, 262_144, 299_990] {
            let mut read = vec![0; 10.min(all.len() - at)];
            ciphertext.read_exact_at(&mut read, at as u64).unwrap();
            assert_eq!(read, all[at..at + read.len()], "{at}");
        }
        assert_eq!(ciphertext.read_at(&mut [0; 10], 300_000).unwrap(), 0);
        assert_eq!(ciphertext.read_at(&mut [0; 10], u64::MAX).unwrap(), 0);
        assert!(!ciphertext.is_broken());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_was_changed_or_cut_off_never_opens_as_something_else(
        place in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<bool>(), large in any::<bool>(),
    ) {
        let (recipient, keys) = pair();
        let cases =
            [(Secrecy::recipients(&[recipient]).unwrap(), keys), (Secrecy::zip(passphrase("p")).unwrap(), zip_keys("p"))];
        let all = data(if large { 140_000 } else { 50 });
        for (secrecy, keys) in cases {
            let mut bytes = sealed(&secrecy, &all);
            let at = place.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
            // A zip tolerates changes in what says nothing, such as the time of an entry.
            if let Ok(read) = opened(&bytes, &keys) {
                prop_assert!(read == all && matches!(secrecy, Secrecy::ZipPassphrase(_)));
            }
        }
    }
}

/// Takes so many bytes, fails once, and is not to be asked again.
struct Once {
    room: usize,
    failed: bool,
}

impl Write for Once {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        assert!(!self.failed, "asked again after it failed");
        self.failed = self.room < data.len();
        self.room = self.room.saturating_sub(data.len());
        if self.failed { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(data.len()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_that_cannot_be_written_is_given_up_and_nobody_tries_to_end_it() {
    for secrecy in [Secrecy::recipients(&[pair().0]).unwrap(), Secrecy::zip(passphrase("p")).unwrap()] {
        for room in [1000, 100_000, 199_999] {
            let mut sealer = Sealer::new(Once { room, failed: false }, &secrecy).unwrap();
            let data = data(200_000);
            let written = data.chunks(9_973).try_for_each(|piece| sealer.write_all(piece));
            let ended = written.and_then(|()| sealer.finish().map(drop));
            assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::StorageFull, "{room}");
        }
    }
}

#[test]
fn a_passphrase_is_the_first_line_without_its_end() {
    let read = |text: &[u8]| Passphrase::read(text).map(|passphrase| passphrase.text().to_owned());
    for (text, expected) in [
        (&b"correct horse"[..], "correct horse"),
        (b"correct horse\n", "correct horse"),
        (b"correct horse\r\nsecond line\n", "correct horse"),
        (b" spaces stay \n", " spaces stay "),
        ("été\n".as_bytes(), "été"),
    ] {
        assert_eq!(read(text).unwrap(), expected);
    }
    for empty in [&b""[..], b"\n", b"\r\n", b"\nsecond"] {
        assert!(matches!(read(empty), Err(SecrecyError::EmptyPassphrase)));
    }
    assert_eq!(read(&[b'x'; 1024]).unwrap().len(), 1024);
    assert!(matches!(read(&[b'x'; 1025]), Err(SecrecyError::PassphraseTooLong(_))));
    assert!(matches!(read(&[b'x'; 1 << 20]), Err(SecrecyError::PassphraseTooLong(_))));
    assert!(matches!(read(b"\xff\n"), Err(SecrecyError::PassphraseNotText)));
    assert!(!format!("{:?}", passphrase("canary")).contains("canary"));
}

#[test]
fn a_zip_takes_only_passphrases_that_all_programs_understand() {
    assert!(Secrecy::zip(passphrase(&"~ ".repeat(49))).is_ok());
    assert!(matches!(Secrecy::zip(passphrase("été")), Err(SecrecyError::ZipPassphraseNotAscii)));
    assert!(matches!(Secrecy::zip(passphrase("tab\there")), Err(SecrecyError::ZipPassphraseNotAscii)));
    assert!(matches!(Secrecy::zip(passphrase(&"x".repeat(100))), Err(SecrecyError::ZipPassphraseTooLong(99))));
}

#[test]
fn what_is_no_key_is_refused_without_showing_it() {
    let secret = Identity::generate().to_string().expose_secret().to_owned();
    for (text, expected) in [("age1canary", "no public key"), (secret.as_str(), "a secret key"), ("", "no public key")]
    {
        let Err(error) = Secrecy::recipients(&[text.to_owned()]) else { panic!("{text} is refused") };
        assert!(error.to_string().contains(expected) && !error.to_string().contains("canary"), "{error}");
    }
    for text in ["", "# nothing but a comment\n", "age1canary\n"] {
        let Err(error) = Keys::default().add_identities(text.as_bytes()) else { panic!("{text} is refused") };
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn an_age_file_has_the_name_of_the_archive_and_age() {
    let age = Secrecy::recipients(&[pair().0]).unwrap();
    let zip = Secrecy::zip(passphrase("p")).unwrap();
    for (secrecy, output, place) in [
        (&age, "out/r-1.zip", "out/r-1.zip.age"),
        (&age, "r-1.zip.age", "r-1.zip.age"),
        (&age, "r-1", "r-1"),
        (&zip, "r-1.zip", "r-1.zip"),
        (&Secrecy::Open, "r-1.zip", "r-1.zip"),
    ] {
        assert_eq!(secrecy.place(Path::new(output)), Path::new(place));
    }
}
