//! Archives that are encrypted or signed: what is wrong with the protection itself.

use super::*;
use crate::archive::secrecy::{Keys, Passphrase, Sealer, Secrecy};
use crate::archive::signature::{PublicKey, SigningKey, signature_path};
use std::io::{Cursor, Write};

/// The codes that only such archives have.
pub const CODES: [FaultCode; 5] = [
    FaultCode::CiphertextBroken,
    FaultCode::SignatureMissing,
    FaultCode::SignatureSyntax,
    FaultCode::SignatureKey,
    FaultCode::SignatureWrong,
];

fn archive() -> Vec<u8> {
    zipped::zip(&zipped::members(&Builder::default().build()))
}

fn only(code: FaultCode) -> BTreeSet<&'static str> {
    BTreeSet::from([code.as_str()])
}

#[test]
fn a_ciphertext_that_was_changed_or_cut_off_is_broken() {
    let passphrase = || Passphrase::new(b"p").unwrap();
    let mut keys = Keys::default();
    keys.set_zip_passphrase(passphrase());
    let mut sealer = Sealer::new(Vec::new(), &Secrecy::zip(passphrase()).unwrap()).unwrap();
    sealer.write_all(&archive()).unwrap();
    let sealed = sealer.finish().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let codes_of = |bytes: &[u8]| {
        fs::write(file.path(), bytes).unwrap();
        codes(&verify_with(file.path(), &keys, None, &Limits::default()).unwrap())
    };
    assert_eq!(codes_of(&sealed), BTreeSet::new());
    let mut changed = sealed.clone();
    changed[sealed.len() / 2] ^= 1;
    assert_eq!(codes_of(&changed), only(FaultCode::CiphertextBroken));
}

#[test]
fn a_signature_that_is_missing_unreadable_another_s_or_over_something_else_is_a_fault() {
    let pair = || {
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        let secret = SigningKey::read(&pair.sk.to_box(None).unwrap().into_string(), None).unwrap();
        (secret, PublicKey::read(&pair.pk.to_base64()).unwrap())
    };
    let ((secret, public), (_, other)) = (pair(), pair());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    fs::write(&path, archive()).unwrap();
    let check = |key: &PublicKey, signature: Option<&str>| {
        let _ = fs::remove_file(signature_path(&path));
        if let Some(signature) = signature {
            fs::write(signature_path(&path), signature).unwrap();
        }
        verify_with(&path, &Keys::default(), Some(key), &Limits::default()).unwrap()
    };
    let good = secret.sign(Cursor::new(archive()), "reference:R-1").unwrap();
    let found = check(&public, Some(&good));
    assert_eq!((codes(&found), found.sender), (BTreeSet::new(), Sender::Proven { comment: "reference:R-1".into() }));
    let elsewhere = secret.sign(Cursor::new(b"something else"), "reference:R-1").unwrap();
    for (key, signature, code) in [
        (&public, None, FaultCode::SignatureMissing),
        (&public, Some("no signature"), FaultCode::SignatureSyntax),
        (&other, Some(good.as_str()), FaultCode::SignatureKey),
        (&public, Some(elsewhere.as_str()), FaultCode::SignatureWrong),
    ] {
        let found = check(key, signature);
        assert_eq!((codes(&found), found.complete, found.valid), (only(code), true, false));
        assert_eq!(found.sender, Sender::Unproven);
    }
    let extracted = super::folder(&Builder::default().build());
    let found = verify_with(extracted.path(), &Keys::default(), Some(&public), &Limits::default()).unwrap();
    assert_eq!(codes(&found), only(FaultCode::SignatureMissing));
}
