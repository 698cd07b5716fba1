//! What can be wrong with an archive: a closed set of permanent codes, each with one sentence, and the list of faults.

use std::collections::BTreeMap;

/// The two ways in which RFC 8493 lets a bag be wrong.
macro_rules! breaks {
    (incomplete) => {
        true
    };
    (invalid) => {
        false
    };
}

/// Declares every code once: its name, its text, whether a bag with it is still complete, and its sentence.
macro_rules! fault_codes {
    ($($variant:ident $code:literal $class:ident $sentence:literal)*) => {
        /// A permanent, kebab-case code of a fault. The order is the order of a report.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FaultCode { $(#[doc = $sentence] $variant,)* }

        impl FaultCode {
            /// Every code, in order.
            pub const ALL: &'static [FaultCode] = &[$(FaultCode::$variant),*];

            /// The code as it is written everywhere.
            pub fn as_str(self) -> &'static str {
                match self { $(FaultCode::$variant => $code,)* }
            }

            /// What the code means, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(FaultCode::$variant => $sentence,)* }
            }

            /// Whether an archive with this fault is not even complete (RFC 8493, section 3): something required is
            /// absent, or an element of the bag does not conform. The others leave it complete but not valid.
            pub fn breaks_completeness(self) -> bool {
                match self { $(FaultCode::$variant => breaks!($class),)* }
            }
        }
    };
}

fault_codes! {
    ZipUnreadable "zip-unreadable" incomplete "The file is not a zip archive, or is truncated, or its directory cannot be read."
    Encrypted "encrypted" incomplete "The archive is encrypted and has to be decrypted before it can be verified."
    CiphertextBroken "ciphertext-broken" incomplete "The encrypted file was changed or cut off, so it does not decrypt as a whole."
    SignatureMissing "signature-missing" invalid "There is no signature beside the file, although a public key was given."
    SignatureSyntax "signature-syntax" invalid "The signature is none that minisign makes (prehashed, with a trusted comment)."
    SignatureKey "signature-key" invalid "The signature was made by another key than the given one, so it proves nothing about the sender."
    SignatureWrong "signature-wrong" invalid "The signature does not fit: the file, or the comment in the signature, was changed after signing."
    TooManyEntries "too-many-entries" incomplete "There are more entries than the limit allows, so nothing was read."
    TooLarge "too-large" incomplete "The files together are larger than the limit allows, so nothing was read."
    CompressionRatio "compression-ratio" incomplete "An entry unpacks to so many times its size that it may be a zip bomb, so it was not read."
    ZipEntryUnreadable "zip-entry-unreadable" incomplete "An entry of the zip file cannot be found or unpacked."
    ZipMethod "zip-method" incomplete "An entry is compressed by a method other than stored or deflate."
    ZipOverlap "zip-overlap" incomplete "Two entries of the zip file share bytes, as in a zip bomb, so the later one was not read."
    ZipStrayData "zip-stray-data" invalid "The zip file has bytes that belong to no entry: before, between or after them, or as a comment."
    ZipNameMismatch "zip-name-mismatch" invalid "An entry has another name in its own header than in the directory, so programs may unpack different files."
    ZipHeaderMismatch "zip-header-mismatch" invalid "An entry's own header or data descriptor says something else than the directory."
    ZipSize "zip-size" invalid "An entry does not unpack to the size that the directory declares."
    ZipCrc "zip-crc" invalid "The CRC-32 of an entry is not the one that the directory declares."
    FileUnreadable "file-unreadable" incomplete "A file or folder of the archive was taken away or changed while it was read."
    SymbolicLink "symbolic-link" incomplete "An entry is a symbolic link, which could lead out of the archive."
    NotAFile "not-a-file" incomplete "An entry is neither a file nor a folder."
    NameUnsafe "name-unsafe" incomplete "A name could lead out of the folder that the archive is unpacked to, or holds control characters."
    NameNotPortable "name-not-portable" invalid "A name uses other characters than letters, digits, '.', '_' and '-', is too long, or is not possible on every system."
    NameDuplicate "name-duplicate" incomplete "Two entries have the same name, or one is a file and the other a folder of that name."
    NameCaseCollision "name-case-collision" invalid "Two names differ only in upper and lower case, so one file would overwrite the other on some systems."
    BagitTxt "bagit-txt" incomplete "The file bagit.txt is absent or is not exactly the declaration of BagIt 1.0 in UTF-8."
    BagInfoMissing "bag-info-missing" incomplete "The file bag-info.txt is absent."
    BagInfoSyntax "bag-info-syntax" incomplete "A line of bag-info.txt is not a label, a colon, a space and a value."
    PayloadOxumMissing "payload-oxum-missing" incomplete "The file bag-info.txt does not have exactly one Payload-Oxum of the form BYTES.FILES."
    PayloadOxumWrong "payload-oxum-wrong" incomplete "The Payload-Oxum is not the number of bytes and files in data/."
    FetchTxt "fetch-txt" incomplete "There is a fetch.txt: the archive would have to be completed from the network."
    PayloadMissing "payload-missing" incomplete "There is no folder data/ with files in it."
    ManifestMissing "manifest-missing" incomplete "There is no manifest-sha256.txt."
    TagmanifestMissing "tagmanifest-missing" incomplete "There is no tagmanifest-sha256.txt."
    ManifestAlgorithm "manifest-algorithm" incomplete "A manifest uses another algorithm than sha256 or sha512, so its digests cannot be checked."
    ManifestSyntax "manifest-syntax" incomplete "A line of a manifest is not a digest in lower-case hexadecimal digits, two spaces and a path."
    ManifestPercentEncoding "manifest-percent-encoding" incomplete "A path in a manifest has a percent sign that encodes neither a percent sign nor a line end."
    ManifestDuplicate "manifest-duplicate" incomplete "A manifest lists a file twice."
    ManifestScope "manifest-scope" incomplete "A payload manifest lists a file outside data/, or a tag manifest one inside it or itself."
    PayloadFileMissing "payload-file-missing" incomplete "A file that a payload manifest lists is absent."
    PayloadFileUnlisted "payload-file-unlisted" incomplete "A file in data/ is not listed in every payload manifest."
    PayloadDigest "payload-digest" invalid "A file in data/ has another digest than the manifest says."
    TagFileMissing "tag-file-missing" incomplete "A file that a tag manifest lists is absent."
    TagFileUnlisted "tag-file-unlisted" invalid "A file outside data/ is not listed in every tag manifest, so nothing shows whether it was changed."
    TagDigest "tag-digest" invalid "A file outside data/ has another digest than the tag manifest says."
    PackageMissing "package-missing" incomplete "The file datapackage.json is absent."
    PackageSyntax "package-syntax" invalid "The file datapackage.json is not a Data Package descriptor."
    PackageResource "package-resource" invalid "A resource of datapackage.json lacks its name, path, bytes, sha256 or Table Schema."
    PackageDuplicate "package-duplicate" invalid "Two resources of datapackage.json have the same name or path."
    PackageFileMissing "package-file-missing" invalid "A file that datapackage.json describes is absent."
    PackageBytes "package-bytes" invalid "A file has another size than datapackage.json says."
    PackageSha256 "package-sha256" invalid "A file has another SHA-256 than datapackage.json says."
    PackageUndescribed "package-undescribed" invalid "A file in data/ is not described in datapackage.json."
    PackageKey "package-key" invalid "A primary or foreign key of a Table Schema names a field or table that does not exist."
    JsonSyntax "json-syntax" invalid "A JSON file of the archive is not JSON."
    TableBom "table-bom" invalid "A table does not begin with the UTF-8 byte order mark, so Excel would misread it."
    TableSyntax "table-syntax" invalid "A table is not CSV by RFC 4180 in UTF-8."
    TableHeader "table-header" invalid "The header of a table is not the fields of its Table Schema."
    TableRows "table-rows" invalid "A table has not as many rows as there are records of its kind."
    TablePrimaryKey "table-primary-key" invalid "A primary key in a table is empty or occurs twice."
    TableForeignKey "table-foreign-key" invalid "A foreign key in a table points to no row."
    RecordFile "record-file" invalid "A file in data/records/ is not named after a kind of record, or is empty."
    RecordSyntax "record-syntax" invalid "A line of a record file is not one I-JSON object (RFC 7493)."
    RecordKey "record-key" invalid "A record lacks a key that every record has."
    RecordOrder "record-order" invalid "The keys of a record are not in their fixed order."
    RecordUid "record-uid" invalid "The uid of a record is not urn:uuid: and a version 5 UUID."
    RecordDuplicate "record-duplicate" invalid "Two records have the same uid."
    RecordKind "record-kind" invalid "The kind of a record does not fit the place where it stands."
    RecordValue "record-value" invalid "A value of a record does not have the form that its field has."
    RecordNotNull "record-not-null" invalid "A field is said to be withheld or verbatim, but is not null."
    RecordFileMissing "record-file-missing" invalid "A record points to a file that is absent."
    RecordFileMismatch "record-file-mismatch" invalid "A file has another size or SHA-256 than the record says that points to it."
    StatementMissing "statement-missing" incomplete "The file data/statement.jsonld is absent."
    StatementSyntax "statement-syntax" invalid "The statement is not JSON or its ledger cannot be read."
    StatementFormat "statement-format" invalid "The statement does not name the format art20-records/1, so the records cannot be trusted to mean what this program thinks."
    LedgerUnlisted "ledger-unlisted" invalid "Records come from a collection that the ledger does not name, or that it names twice."
    LedgerBalance "ledger-balance" invalid "In the ledger, portable and excluded rows do not add up to the matched ones."
    LedgerPortable "ledger-portable" invalid "The ledger does not count as many portable rows as there are records of the collection."
    LedgerWithheld "ledger-withheld" invalid "The ledger does not count the withheld values that the records list."
    LedgerVerbatim "ledger-verbatim" invalid "The ledger does not count the verbatim values that the records list."
    ReportMissing "report-missing" incomplete "The file README.html is absent."
    ReportActive "report-active" invalid "README.html is active: it has a script, a frame, a form or an event handler."
    ReportExternal "report-external" invalid "README.html loads something from outside the archive."
    ReportBrokenLink "report-broken-link" invalid "README.html links to a file that is absent."
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
pub struct Fault {
    /// What kind of fault it is.
    pub code: FaultCode,
    /// The file of the archive, if it concerns one.
    pub path: Option<String>,
    /// What exactly; never personal data: a record is named by its line.
    pub detail: String,
}

impl serde::Serialize for FaultCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl schemars::JsonSchema for FaultCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FaultCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<&str> = FaultCode::ALL.iter().map(|code| code.as_str()).collect();
        schemars::json_schema!({ "type": "string", "enum": codes })
    }
}

/// Collects faults. Of each code only so many are kept, so that a large broken archive cannot fill the memory; the
/// others are counted.
#[derive(Debug)]
pub struct Faults {
    limit: usize,
    kept: Vec<Fault>,
    counts: BTreeMap<FaultCode, u64>,
}

impl Faults {
    /// An empty list that keeps `limit` faults of each code.
    pub fn new(limit: usize) -> Faults {
        Faults { limit, kept: Vec::new(), counts: BTreeMap::new() }
    }

    /// Adds a fault of a file.
    pub fn add(&mut self, code: FaultCode, path: &str, detail: impl Into<String>) {
        self.push(Fault { code, path: Some(path.to_owned()), detail: detail.into() });
    }

    /// Adds a fault of the archive as a whole.
    pub fn add_global(&mut self, code: FaultCode, detail: impl Into<String>) {
        self.push(Fault { code, path: None, detail: detail.into() });
    }

    fn push(&mut self, fault: Fault) {
        let count = self.counts.entry(fault.code).or_default();
        *count += 1;
        if usize::try_from(*count).is_ok_and(|count| count <= self.limit) {
            self.kept.push(fault);
        }
    }

    /// An empty list that keeps as many.
    pub(super) fn another(&self) -> Faults {
        Faults::new(self.limit)
    }

    /// Adds the faults of another list behind its own.
    pub(super) fn append(&mut self, other: Faults) {
        for (code, count) in other.counts {
            *self.counts.entry(code).or_default() += count;
        }
        for fault in other.kept {
            if self.kept.iter().filter(|kept| kept.code == fault.code).count() < self.limit {
                self.kept.push(fault);
            }
        }
    }

    /// Whether a fault with this code was added.
    pub fn has(&self, code: FaultCode) -> bool {
        self.counts.contains_key(&code)
    }

    /// Every code that was added.
    pub fn codes(&self) -> impl Iterator<Item = FaultCode> + '_ {
        self.counts.keys().copied()
    }

    /// The faults by code, each in the order in which they were found, and how many of a code were not kept.
    pub fn into_parts(mut self) -> (Vec<Fault>, BTreeMap<FaultCode, u64>) {
        self.kept.sort_by_key(|fault| fault.code);
        let limit = u64::try_from(self.limit).unwrap_or(u64::MAX);
        let more = self.counts.into_iter().filter(|(_, n)| *n > limit).map(|(code, n)| (code, n - limit)).collect();
        (self.kept, more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_unique_and_has_one_sentence_of_its_own() {
        let codes: BTreeSet<_> = FaultCode::ALL.iter().map(|code| code.as_str()).collect();
        let sentences: BTreeSet<_> = FaultCode::ALL.iter().map(|code| code.sentence()).collect();
        assert_eq!((codes.len(), sentences.len()), (FaultCode::ALL.len(), FaultCode::ALL.len()));
        for code in FaultCode::ALL {
            let text = code.as_str();
            assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{text}");
            assert!(code.sentence().ends_with('.') && !code.sentence().contains(". "), "{text}");
        }
    }

    #[test]
    fn two_lists_together_keep_as_many_as_one() {
        let (mut one, mut all) = (Faults::new(3), Faults::new(3));
        let mut two = one.another();
        for line in 0..8 {
            let list = if line < 2 { &mut one } else { &mut two };
            list.add(FaultCode::RecordUid, "data/records/other.ndjson", format!("line {line}"));
            all.add(FaultCode::RecordUid, "data/records/other.ndjson", format!("line {line}"));
        }
        one.append(two);
        assert_eq!(one.into_parts(), all.into_parts());
    }

    #[test]
    fn faults_beyond_the_limit_are_counted_but_not_kept() {
        let mut faults = Faults::new(2);
        for line in 0..5 {
            faults.add(FaultCode::RecordUid, "data/records/other.ndjson", format!("line {line}"));
        }
        faults.add_global(FaultCode::ZipUnreadable, "truncated");
        let (kept, more) = faults.into_parts();
        assert_eq!(
            kept.iter().map(|f| f.code).collect::<Vec<_>>(),
            [FaultCode::ZipUnreadable, FaultCode::RecordUid, FaultCode::RecordUid]
        );
        assert_eq!(more, BTreeMap::from([(FaultCode::RecordUid, 3)]));
    }
}
